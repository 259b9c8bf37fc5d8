/** A worker of a stage's project in a folder of its own, as on another machine. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkerProcess, type WorkerProcess } from '../../../src/embedded/worker-process.ts';
import type { Connections } from '../../../src/ports/connections.ts';
import { distFolder, type Stage } from './stage.ts';
import { environmentVariables } from './stage-temporal.ts';

export interface AnotherFolder {
  readonly folder: string;
  readonly worker: WorkerProcess;
  /** Ends the worker and removes its folder. */
  close(): Promise<void>;
}

export interface AnotherOptions {
  /** Absent: both. A worker that builds is given no server, no database and no private key. */
  readonly role?: 'build';
}

/** Its checkouts lie in its own folder's neighbourhood; it is not started again when it dies. */
export async function startAnother(
  stage: Stage,
  { role }: AnotherOptions = {},
): Promise<AnotherFolder> {
  const around = mkdtempSync(join(tmpdir(), 'runsheet-another-'));
  const folder = join(around, 'project');
  cpSync(stage.folder, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  giveState(stage, folder, role);
  try {
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: {
        ...environmentVariables(),
        ...stage.env,
        HOME: around,
        RUNSHEET_CHECKOUTS: join(around, 'checkouts'),
      },
      entry: join(distFolder(), 'worker.js'),
      args: role === undefined ? [] : ['--role', role],
      restart: false,
    });
    const close = async (): Promise<void> => {
      await worker.close();
      rmSync(around, { recursive: true, force: true });
    };
    return { folder, worker, close };
  } catch (error) {
    rmSync(around, { recursive: true, force: true });
    throw error;
  }
}

function giveState(stage: Stage, folder: string, role: AnotherOptions['role']): void {
  const [from, to] = [join(stage.folder, '.runsheet'), join(folder, '.runsheet')];
  mkdirSync(join(to, 'keys'), { recursive: true, mode: 0o700 });
  const text = readFileSync(join(from, 'connections.json'), 'utf8');
  const connections = JSON.parse(text) as Connections;
  const builds = { ...connections, servers: [], database: { url: 'nowhere' } };
  const given = role === 'build' ? builds : connections;
  writeFileSync(join(to, 'connections.json'), JSON.stringify(given));
  for (const name of readdirSync(join(from, 'keys'))) {
    if (role === undefined || name.endsWith('.pub'))
      cpSync(join(from, 'keys', name), join(to, 'keys', name));
  }
}
