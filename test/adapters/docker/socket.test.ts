/** B12: an engine whose socket is not where Docker has it: rootless Docker, Podman. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createDockerRuntime } from '../../../src/adapters/docker/docker-runtime.ts';
import { socketScript } from '../../../src/adapters/docker/engine-errors.ts';
import { quoteArgv } from '../../../src/adapters/ssh/quote.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';

const UID = String(process.getuid?.());

async function folderFor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-socket-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** An engine on which nothing is. */
async function engineAt(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const engine = createServer(({ url = '' }, response) => {
    const isList = /^\/(?:containers|images)\/json/u.test(url);
    const [status, body] = isList ? [200, '[]'] : [404, '{"message":"none"}'];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((listening) => engine.listen(path, listening));
  onTestFinished(() => {
    engine.closeAllConnections();
    engine.close();
  });
}

/** This machine, by a real shell. */
function runtimeOn(sockets: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv = {}) {
  const opened: string[] = [];
  const hostOf = (name: string): ServerHost => ({
    name,
    address: '127.0.0.1',
    servicePort: 8080,
    baseFolder: '/var/lib/runsheet',
    exec: async ([program = '', ...args]) => {
      const env = { ...process.env, ...environment };
      const { stdout, stderr } = await promisify(execFile)(program, args, { env });
      return { exitCode: 0, stdout, stderr, truncated: false };
    },
    readFile: async () => null,
    writeFile: async () => undefined,
    openSocket: async (path) => {
      opened.push(path);
      return createConnection(path);
    },
  });
  const runtime = createDockerRuntime({
    hosts: { get: hostOf, close: async () => undefined, showHostKey: () => Promise.reject() },
    registryHost: 'registry.example.com',
    repository: 'team/app',
    quote: quoteArgv,
    socketOf: (server) => sockets[server],
  });
  return { runtime, opened };
}

it.each([
  ['as it is written', '/engine.sock', {}, '/engine.sock'],
  ['in the folder of the login', '/${uid}/docker.sock', {}, `/${UID}/docker.sock`],
  ['in that of who logs in, also where root asks', '/${uid}/e', { SUDO_UID: '4242' }, '/4242/e'],
])('B12: the socket of a server is opened %s', async (_, socket, environment, expected) => {
  const folder = await folderFor();
  await engineAt(`${folder}${expected}`);
  const { runtime, opened } = runtimeOn({ 'web-1': `${folder}${socket}` }, environment);
  expect(await runtime.inspect('web-1', 'app')).toMatchObject({ running: false, present: [] });
  expect([...new Set(opened)]).toEqual([`${folder}${expected}`]);
});

it('B12: servers have sockets of their own, and Docker’s where they name none', async () => {
  const folder = await folderFor();
  await engineAt(`${folder}/engine.sock`);
  const { runtime, opened } = runtimeOn({ 'web-1': `${folder}/engine.sock` });
  await runtime.inspect('web-1', 'app');
  await runtime.inspect('web-2', 'app').catch(() => undefined);
  expect([...new Set(opened)]).toEqual([`${folder}/engine.sock`, '/var/run/docker.sock']);
});

it('B12: one that is elsewhere is found, for the message', async () => {
  const home = await folderFor();
  const found = join(home, '.docker/run/docker.sock');
  await engineAt(found);
  // An id that has no folder of its own, so that an engine of this machine's user is not found first.
  const env = { ...process.env, HOME: home, SUDO_UID: '4242' };
  const script = socketScript(quoteArgv([join(home, 'docker.sock')]));
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env });
  expect(stdout).toMatch(/^(?:absent|no-docker)\n/u);
  expect(stdout.trim().split('\n')[1]).toBe(found);
});
