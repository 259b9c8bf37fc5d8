/** B12: by which signal a container is stopped, as the engine is asked for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDockerRuntime } from '../../../src/adapters/docker/docker-runtime.ts';
import type { ReleaseStop } from '../../../src/ports/container-runtime.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';

const LABELS = {
  'runsheet.service': 'app',
  'runsheet.digest': `sha256:${'a'.repeat(64)}`,
  'runsheet.version': 'v1',
  'runsheet.run': 'run-1',
};

/** @returns what an engine is asked to do that runs one container with such a StopSignal */
async function askedToStop(own: string | undefined, stop: ReleaseStop): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-engine-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const asked: string[] = [];
  const engine = createServer((request, response) => {
    const path = request.url ?? '';
    const isList = path.startsWith('/containers/json');
    const row = { Id: 'c1', Names: ['/app'], Image: 'x', ImageID: 'i', State: 'running' };
    if (/\/(?:stop|kill)\b/u.test(path)) asked.push(path);
    const body = isList
      ? [{ ...row, Created: 1, Labels: LABELS }]
      : path.startsWith('/images')
        ? []
        : { Id: 'c1', StatusCode: 0, HostConfig: {}, State: {}, Config: { StopSignal: own } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const socketPath = join(folder, 'engine.sock');
  await new Promise<void>((listening) => engine.listen(socketPath, listening));
  onTestFinished(() => {
    engine.closeAllConnections();
    engine.close();
  });
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
  const runtime = createDockerRuntime({
    hosts: { ...hosts, showHostKey: () => Promise.reject(new Error('not asked here')) },
    registryHost: 'registry.example.com',
    repository: 'team/app',
    quote: (argv) => argv.join(' '),
    socketOf: () => socketPath,
  });
  await runtime.stop('web-1', 'app', stop);
  return asked;
}

it.each([
  ['the image says SIGQUIT and the project nothing', 'SIGQUIT', undefined, '/stop?t=3'],
  ['nobody says anything', undefined, undefined, '/stop?t=3'],
  ['the project says what the image says', 'SIGQUIT', 'SIGQUIT', '/stop?t=3'],
  ['the image says it by number', '3', 'SIGQUIT', '/stop?t=3'],
  ['the project says another', 'SIGQUIT', 'SIGTERM', '/kill?signal=SIGTERM'],
])('B12: %s', async (_, own, signal, expected) => {
  const asked = await askedToStop(own, { graceMs: 3_000, ...(signal !== undefined && { signal }) });
  expect(asked).toEqual([`/containers/c1${expected}`]);
});
