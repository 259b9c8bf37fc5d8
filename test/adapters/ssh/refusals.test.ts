import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import { isAlive, pidsIn } from '../../support/processes.ts';
import { property } from '../../support/property.ts';
import { startTestServer, type TestServer } from './embedded-servers.ts';
import { startTcpProxy } from './tcp-proxy.ts';

let test: TestServer;
const closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await test.close();
});

function hostWith(changes: Partial<ServerConnection> = {}) {
  const hosts = createSshHosts([{ ...test.server, ...changes }]);
  closers.push(() => hosts.close());
  return hosts.get('s1');
}

const touch = () => ['touch', `${test.server.baseFolder}/touched`];
const touched = () => existsSync(`${test.server.baseFolder}/touched`);
const pids = () => pidsIn(`${test.server.baseFolder}/pids`);
/** Says that it began, and touches half a minute later. */
const late = () => [
  'sh',
  '-c',
  `cd ${test.server.baseFolder}; echo $$ > pids; sleep 30; touch touched`,
];
const untilBegun = () => expect.poll(pids).toHaveLength(1);
const otherKey = () => ssh2.utils.generateKeyPairSync('ed25519');

describe('what is refused, with nothing done', () => {
  it('HOST_KEY_UNKNOWN', async () => {
    const message = expect.stringMatching(/HOST_KEY_UNKNOWN.*SHA256:/);
    await expect(hostWith({ hostKeys: [] }).exec(touch())).rejects.toMatchObject({
      kind: 'refused',
      message,
    });
    expect(touched()).toBe(false);
  });

  it('HOST_KEY_CHANGED', async () => {
    const message = expect.stringMatching(/HOST_KEY_CHANGED.*SHA256:/);
    const host = hostWith({ hostKeys: [otherKey().public] });
    await expect(host.exec(touch())).rejects.toMatchObject({ kind: 'refused', message });
    expect(touched()).toBe(false);
  });

  it.each(['-oProxyCommand=id', 'a b', 'a;id', 'ехample.com', ''])(
    'BAD_HOST_NAME %j',
    async (host) => {
      const message = expect.stringMatching(/BAD_HOST_NAME/);
      await expect(hostWith({ host }).exec(touch())).rejects.toMatchObject({
        kind: 'refused',
        message,
      });
    },
  );

  const odd = fc
    .string({ unit: fc.constantFrom(..."-a; $'\n/@а") })
    .filter((host) => !/^[a-z][a-z-]*$/u.test(host));

  property('whatever is no name of a host, without a connection', [odd], async (host) => {
    const refused = hostWith({ host }).exec(touch());
    await expect(refused).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^BAD_HOST_NAME: /u),
    });
    expect(touched()).toBe(false);
  });

  it('a key that the server does not know', async () => {
    const identityFile = join(test.folder, 'other');
    await writeFile(identityFile, otherKey().private, { mode: 0o600 });
    await expect(hostWith({ identityFiles: [identityFile] }).exec(touch())).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(touched()).toBe(false);
  });
});

describe('a connection', () => {
  it('that is lost fails as unavailable, ends the command, and is opened again', async () => {
    const proxy = await startTcpProxy(test.server.port ?? 0);
    closers.push(() => proxy.close());
    const host = hostWith({ port: proxy.port });
    const running = host.exec(late());
    const outcome = expect(running).rejects.toMatchObject({
      name: 'PortError',
      kind: 'unavailable',
    });
    await untilBegun();
    proxy.breakAll();
    await outcome;
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n');
    await expectGone();
  });

  it('is shared by many callers at once', async () => {
    const host = hostWith();
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, i) => host.exec(['echo', String(i)])),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(results.map((_, i) => String(i)));
  });

  it('is unavailable where nothing listens', async () => {
    await expect(hostWith({ port: 1 }).exec(touch())).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

it('ends a cancelled command on the server', async () => {
  const cancel = new AbortController();
  const running = hostWith().exec(late(), { signal: cancel.signal });
  const outcome = expect(running).rejects.toThrow('enough');
  await untilBegun();
  cancel.abort(new Error('enough'));
  await outcome;
  await expectGone();
});

it('ends a command that takes too long', async () => {
  const running = hostWith().exec(['sleep', '30'], { timeoutMs: 200 });
  await expect(running).rejects.toMatchObject({ kind: 'unavailable' });
});

async function expectGone(): Promise<void> {
  await expect.poll(() => pids().filter(isAlive)).toEqual([]);
  expect(touched()).toBe(false);
}
