/** What a real engine seldom shows: two attempts at one start, and a container of a later Runsheet. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDockerRuntime } from '../../../src/adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '../../../src/ports/container-runtime.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RELEASE = {
  digest: DIGEST,
  version: 'v1',
  runId: 'run-1',
  command: [],
  environment: {},
  port: 8080,
};
const TAKEN = 'Conflict. The container name "/app" is already in use by container "c1".';

let folder: string;
let engine: Server;
let started: string[];
/** What was asked of its log. */
let asked: string[];
/** When the container was started, as the engine says it. */
let startedAt: string;
let runtime: ContainerRuntime;
/** What the engine lists, look by look; the last one stays. */
let lists: (readonly string[])[];
let schema: string | undefined;
/** So often the engine does not know the container that it lists. */
let unknown: number;
/** What it says then. */
let unknownSays: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-engine-'));
  started = [];
  asked = [];
  startedAt = '2026-01-01T00:00:00Z';
  schema = undefined;
  unknown = 0;
  unknownSays = 'No such container: c1';
  const labels = (run: string) => ({
    'runsheet.service': 'app',
    'runsheet.digest': DIGEST,
    'runsheet.version': 'v1',
    'runsheet.run': run,
    ...(schema !== undefined && { 'runsheet.schema': schema }),
  });
  const answer = (method: string, path: string): readonly [number, unknown] => {
    if (path.startsWith('/containers/json')) {
      const [runs = []] = lists;
      if (lists.length > 1) lists = lists.slice(1);
      const row = { Id: 'c1', Names: ['/app'], Image: 'x', ImageID: 'i', State: 'created' };
      return [200, runs.map((run) => ({ ...row, Created: 1, Labels: labels(run) }))];
    }
    if (path.startsWith('/images/json')) return [200, []];
    if (path.startsWith('/containers/create')) return [409, { message: TAKEN }];
    if (path.startsWith('/containers/c1/logs')) {
      asked.push(path);
      return [200, 'said'];
    }
    if (method === 'POST') {
      started.push(path);
      return started.length > unknown ? [204, null] : [404, { message: unknownSays }];
    }
    const detail = { State: { StartedAt: startedAt }, NetworkSettings: {} };
    return [200, { Id: 'c1', HostConfig: {}, ...detail }];
  };
  engine = createServer((request, response) => {
    const [status, body] = answer(request.method ?? '', request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === null ? '' : JSON.stringify(body));
  });
  const socketPath = join(folder, 'engine.sock');
  await new Promise<void>((listening) => engine.listen(socketPath, listening));
  const host: ServerHost = {
    name: 'web-1',
    address: '127.0.0.1',
    servicePort: 8080,
    baseFolder: folder,
    exec: async () => ({ exitCode: 0, stdout: '', stderr: '', truncated: false }),
    readFile: async () => null,
    writeFile: async () => undefined,
    openSocket: async (path) => createConnection(path),
  };
  const hosts = { get: () => host, close: async () => undefined };
  runtime = createDockerRuntime({
    hosts: { ...hosts, showHostKey: () => Promise.reject(new Error('not asked here')) },
    registryHost: 'registry.example.com',
    repository: 'team/app',
    quote: (argv) => argv.join(' '),
    socketOf: () => socketPath,
  });
});
afterEach(async () => {
  engine.closeAllConnections();
  await new Promise((closed) => engine.close(closed));
  await rm(folder, { recursive: true });
});

it('waits for the container whose name the engine has taken and does not list yet', async () => {
  lists = [[], [], [], ['run-1']];
  await runtime.start('web-1', 'app', RELEASE);
  expect(started).toEqual(['/containers/c1/start']);
});

it('starts the container again that the engine lists and does not know yet', async () => {
  lists = [['run-1']];
  unknown = 2;
  await runtime.start('web-1', 'app', RELEASE);
  expect(started).toHaveLength(3);
});

it('says so where the engine goes on not to know it', async () => {
  lists = [['run-1']];
  unknown = Number.POSITIVE_INFINITY;
  await expect(runtime.start('web-1', 'app', RELEASE)).rejects.toThrow('No such container: c1');
  expect(started).toHaveLength(11);
});

it('says at once what else is not found at a start', async () => {
  lists = [['run-1']];
  unknown = Number.POSITIVE_INFINITY;
  unknownSays = 'network backend not found';
  await expect(runtime.start('web-1', 'app', RELEASE)).rejects.toThrow(/^NETWORK_MISSING/u);
  expect(started).toHaveLength(1);
});

it("leaves another run's container alone", async () => {
  lists = [[], [], ['run-2']];
  await expect(runtime.start('web-1', 'app', RELEASE)).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining(TAKEN),
  });
  expect(started).toEqual([]);
});

it('takes a container in our own form, and touches none of a later one', async () => {
  lists = [['run-1']];
  schema = '1';
  await runtime.start('web-1', 'app', RELEASE);
  expect(started).toEqual(['/containers/c1/start']);
  schema = '2';
  for (const attempt of [
    () => runtime.start('web-1', 'app', RELEASE),
    () => runtime.stop('web-1', 'app', { signal: 'SIGTERM', graceMs: 1 }),
    () => runtime.finish('web-1', 'app', 0),
    () => runtime.inspect('web-1', 'app'),
  ]) {
    await expect(attempt()).rejects.toMatchObject({
      kind: 'refused',
      message:
        'NEWER_RUNSHEET: the container /app on web-1 has the form 2; this Runsheet reads form 1.',
    });
  }
  expect(started).toHaveLength(1);
});

it('B17: quotes a container from its last start on, not what it printed before', async () => {
  lists = [['run-1']];
  startedAt = '2026-01-01T00:00:00.123456789Z';
  expect(await runtime.tail('web-1', 'app', 15)).toContain('said');
  const since = new URL(asked[0] ?? '', 'http://engine').searchParams.get('since');
  expect(since).toBe('1767225600.123');
});

it('B17: quotes nothing of a container that never started', async () => {
  lists = [['run-1']];
  startedAt = '0001-01-01T00:00:00Z';
  expect(await runtime.tail('web-1', 'app', 15)).toBe('');
  expect(asked).toEqual([]);
});
