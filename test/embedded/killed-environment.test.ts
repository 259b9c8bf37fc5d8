import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDatabaseRecordStore } from '../../src/adapters/database/database-record-store.ts';
import { startEnvironment } from '../../src/embedded/environment.ts';
import { groupIsAlive, signalGroup } from '../../src/embedded/process-group.ts';
import type { Connections } from '../../src/ports/connections.ts';
import { sampleRecord } from '../contracts/record-store.ts';
import { startRecordedService } from './support/recorded-service.ts';

const SERVERS = [{ name: 'app-server-1', environment: 'production' }];
/** The name under which the watch over the dev process's death runs. */
const WATCH = 'runsheet-death-watch';
/** As built: plain Node starts it in half the time. */
const ENTRY = new URL('../../dist/embedded/environment.js', import.meta.url).href;

let folder: string;
let temporary: string;
let child: ChildProcess | null = null;
let left: number[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-killed-'));
  temporary = join(folder, 'tmp');
  await mkdir(temporary);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  for (const pid of left) signalGroup(pid, 'SIGKILL');
  left = [];
  await rm(folder, { recursive: true, force: true });
});

/** A dev process of its own, with an own Temporal server. */
async function startDevProcess(): Promise<Connections> {
  const options = { projectFolder: folder, servers: SERVERS, temporalPort: 0, uiPort: 0 };
  const program = `
    import { startEnvironment } from ${JSON.stringify(ENTRY)};
    const { TEMPORAL_ADDRESS: _, ...env } = process.env;
    const environment = await startEnvironment({ ...${JSON.stringify(options)}, env });
    console.log(JSON.stringify(environment.connections));
    process.on('SIGTERM', () => void environment.close());
  `;
  child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the dev process has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return JSON.parse(line);
  }
  throw new Error('the dev process ended before it was ready');
}

async function groupsOnRecord(): Promise<number[]> {
  const claim = JSON.parse(await readFile(join(folder, '.runsheet', 'dev.lock'), 'utf8'));
  return claim.groups.map(({ pid }: { pid: number }) => pid);
}

/** Children of a process whose command line holds this text. */
function childrenOf(parent: number, text: string): number[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parentPid = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      const isChild = parentPid === String(parent);
      return isChild && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

async function killDevProcess(): Promise<void> {
  if (child === null) throw new Error('no dev process');
  const gone = ended(child);
  child.kill('SIGKILL');
  await gone;
}

function ended(process: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => process.once('exit', resolve));
}

it('takes its Temporal server and its services along within seconds of being killed', async () => {
  const { servers } = await startDevProcess();
  const [temporal = 0] = await groupsOnRecord();
  const dev = child?.pid ?? 0;
  const beside = [...childrenOf(dev, WATCH), ...childrenOf(dev, 'ssh-process-main')];
  expect(beside).toHaveLength(2);
  left = [temporal, await startRecordedService(servers[0]?.baseFolder ?? ''), ...beside];
  await killDevProcess();
  await expect.poll(() => left.filter(groupIsAlive), { timeout: 10_000 }).toEqual([]);
}, 90_000);

it('ends at its next start what was killed together with its watch, keeps its records, and leaves nothing when it ends itself', async () => {
  const { servers, database } = await startDevProcess();
  const store = createDatabaseRecordStore({ url: database.url });
  await store.write(sampleRecord({ requestId: 'before the kill' }));
  await store.close();
  left = [...(await groupsOnRecord()), await startRecordedService(servers[0]?.baseFolder ?? '')];
  expect(left).toHaveLength(2);
  const second = startEnvironment({ projectFolder: folder, servers: SERVERS, env: process.env });
  await expect(second).rejects.toThrow(`(${child?.pid})`);

  const [watch = 0] = childrenOf(child?.pid ?? 0, WATCH);
  signalGroup(watch, 'SIGKILL');
  await killDevProcess();
  expect(left.map(groupIsAlive)).toEqual([true, true]);

  const again = await startDevProcess();
  expect(left.map(groupIsAlive)).toEqual([false, false]);
  const kept = createDatabaseRecordStore({ url: again.database.url });
  expect(await kept.find('before the kill')).not.toBeNull();
  await kept.close();

  const dev = child?.pid ?? 0;
  left = [
    ...(await groupsOnRecord()),
    ...childrenOf(dev, 'ssh-process'),
    ...childrenOf(dev, WATCH),
  ];
  child?.kill('SIGTERM');
  expect(child === null ? null : await ended(child)).toBe(0);
  expect(left).toHaveLength(3);
  expect(left.slice(0, 2).map(groupIsAlive)).toEqual([false, false]);
  await expect.poll(() => groupIsAlive(left[2] ?? 0), { timeout: 5_000 }).toBe(false);
  expect(await readdir(temporary)).toEqual([]);
  const state = await readdir(join(folder, '.runsheet'));
  expect(state.filter((name) => /lock|^env$|connections|\.[0-9a-f]{8}$/.test(name))).toEqual([]);
}, 90_000);
