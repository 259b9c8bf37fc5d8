/**
 * What a worker of several projects costs: one worker for one project, one for ten, and ten for one
 * each, all idle, beside a Temporal dev server. Needs `npm run build` first. Linux only.
 * `npx tsx bench/projects.ts [PROJECTS]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLocal } from '../test/support/temporal.ts';

const SAMPLE = fileURLToPath(new URL('../examples/service', import.meta.url));
const WORKER = fileURLToPath(new URL('../dist/worker.js', import.meta.url));
/** After which its memory stands still. */
const SETTLED_MS = 15_000;
/** Addresses that nobody asks while nothing runs. */
const UNASKED =
  'registry: { url: http://127.0.0.1:1 }\ndatabase: { url: postgres://127.0.0.1:1/x }\n';

const wanted = Number(process.argv[2] ?? 10);
const base = mkdtempSync(join(tmpdir(), 'runsheet-projects-'));
const temporal = await createLocal();
try {
  const folders = Array.from({ length: wanted }, (_, index) => newProject(`service-${index + 1}`));
  const [first = ''] = folders;
  const one = await measured([[first]]);
  const together = await measured([folders]);
  const apart = await measured(folders.map((folder) => [folder]));
  const lines = [
    `${wanted} idle projects: MiB of memory (resident), ready after s`,
    row('one project, one worker', one),
    row(`${wanted} projects, one worker`, together),
    row(`${wanted} projects, ${wanted} workers`, apart),
    `one worker for all: ${(apart.mebibytes / together.mebibytes).toFixed(1)} times less`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await temporal.teardown();
  rmSync(base, { recursive: true, force: true });
}

interface Measured {
  readonly mebibytes: number;
  readonly readyMs: number;
}

function row(name: string, { mebibytes, readyMs }: Measured): string {
  return `${mebibytes.toFixed(0).padStart(8)}${(readyMs / 1000).toFixed(1).padStart(8)}  ${name}`;
}

function newProject(name: string): string {
  const folder = join(base, name);
  cpSync(SAMPLE, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  const file = join(folder, 'runsheet.yaml');
  const text = readFileSync(file, 'utf8')
    .replace('service: shipping-quotes', `service: ${name}`)
    .replace('task_queue: runsheet', `task_queue: ${name}`)
    .replace(/^balancer:\n(?: .*\n)*/mu, 'balancer: { kind: none }\n')
    .replaceAll('embedded: true\n', 'ssh: { user: deploy }\n');
  writeFileSync(file, `${text}\n${UNASKED}`);
  return folder;
}

/** @param workers the folders of each, started one after the other */
async function measured(workers: readonly (readonly string[])[]): Promise<Measured> {
  const started: ChildProcess[] = [];
  try {
    const startedAtMs = performance.now();
    for (const folders of workers) started.push(await startWorker(folders));
    const readyMs = performance.now() - startedAtMs;
    await sleep(SETTLED_MS);
    const mebibytes = started.reduce((sum, { pid }) => sum + residentMebibytes(pid), 0);
    return { mebibytes, readyMs };
  } finally {
    for (const child of started) child.kill();
    await Promise.all(started.map(async (child) => child.exitCode ?? once(child, 'exit')));
  }
}

async function startWorker(folders: readonly string[]): Promise<ChildProcess> {
  const args = folders.length === 1 ? [] : folders.flatMap((folder) => ['--projects', folder]);
  const child = spawn(process.execPath, [WORKER, ...args], {
    cwd: folders[0],
    env: { ...process.env, TEMPORAL_ADDRESS: temporal.address },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"ready"')) return child;
  }
  throw new Error('the worker ended before it was ready');
}

function residentMebibytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1]) / 1024;
}
