/** The built program, run as a person would type it. */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const given = process.env['RUNSHEET_E2E_DIST'];
const DIST = given ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));
const TEMPLATES = fileURLToPath(new URL('../../../templates', import.meta.url));
const LIMIT_MS = 120_000;

export const WORKER = join(DIST, 'worker.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly spentMs: number;
}

export interface TypedOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
}

/** `runsheet …` without a terminal. */
export function runsheet(args: readonly string[], options: TypedOptions): Promise<Ended> {
  return run(process.execPath, [join(DIST, 'cli/main.js'), ...args], options);
}

/** The same at a terminal. @param answer keys that are pressed once it has printed this */
export function atTerminal(
  args: readonly string[],
  answer: { readonly to: string; readonly keys: string },
  { cwd, env = {}, limitMs = LIMIT_MS }: TypedOptions,
): Promise<Pick<Ended, 'code' | 'stdout'>> {
  const argv = [process.execPath, join(DIST, 'cli/main.js'), ...args];
  const command = argv.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(
      'script',
      ['-qefc', `stty cols 120 rows 40; exec ${command}`, '/dev/null'],
      { cwd, env: { ...bareEnvironment(), TERM: 'xterm', ...env }, timeout: limitMs },
    );
    let stdout = '';
    let answered = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (answered || !stdout.includes(answer.to)) return;
      answered = true;
      child.stdin.write(answer.keys);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout }));
  });
}

/** Any program, with an environment in which nothing of Temporal is configured. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env = {}, limitMs = LIMIT_MS }: TypedOptions,
): Promise<Ended> {
  const startedMs = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd,
      env: { ...bareEnvironment(), ...env },
      timeout: limitMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said, spentMs: Date.now() - startedMs }));
  });
}

export function bareEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ||
    /^(TEMPORAL_(?!CLI)|BALANCER_URL|LC_|LANG|NODE_OPTIONS|VITEST)/.test(name)
      ? []
      : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8' };
}

/** A copy of the sample service with the templates in it and the program on the PATH of its commands. */
export function newProject(): { folder: string; PATH: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-cli-'));
  cpSync(SAMPLE, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  cpSync(join(TEMPLATES, 'deployment.md'), join(folder, 'deployment.md'));
  cpSync(join(TEMPLATES, 'deployment.en.md'), join(folder, 'deployment.en.md'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const program = join(bin, 'runsheet');
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(DIST, 'cli/main.js')}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  return {
    folder,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
