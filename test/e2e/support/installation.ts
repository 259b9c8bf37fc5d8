/** Installations of the built program beside the checkout's, each with a change of its own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWorkerProcess, type WorkerProcess } from '../../../src/embedded/worker-process.ts';
import { bareEnvironment, type Ended, run } from '../../cli/support/program.ts';
import { distFolder, edited } from './stage.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What the program reads beside dist. */
const BESIDE = ['node_modules', 'package.json', 'templates', 'examples'];

export interface Edit {
  /** Below dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'runsheet-installed-'));
  readonly worker = join(this.folder, 'dist/worker.js');

  constructor(...edits: readonly Edit[]) {
    cpSync(distFolder(), join(this.folder, 'dist'), { recursive: true });
    for (const name of BESIDE) symlinkSync(join(ROOT, name), join(this.folder, name));
    for (const { file, from, to } of edits) {
      const path = join(this.folder, 'dist', file);
      writeFileSync(path, edited(readFileSync(path, 'utf8'), from, to));
    }
  }

  typed(args: readonly string[], { cwd, env }: Place): Promise<Ended> {
    const program = join(dirname(this.worker), 'cli/main.js');
    return run(process.execPath, [program, ...args, '--lang', 'en'], { cwd, env });
  }

  startWorker({ cwd, env }: Place, args: readonly string[] = []): Promise<WorkerProcess> {
    return startWorkerProcess({
      projectFolder: cwd,
      env: { ...bareEnvironment(), ...env },
      entry: this.worker,
      args,
      restart: false,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
