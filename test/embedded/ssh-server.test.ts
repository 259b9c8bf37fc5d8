import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSshServers, stopAllServices } from '../../src/embedded/ssh-server.ts';
import { makeSubject } from '../adapters/process-runtime/subject.ts';

it('keeps its keys from one start to the next, for this user only, and its port where it can', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-keys-'));
  const start = (port?: number) =>
    startSshServers({
      servers: [
        { name: 's1', baseFolder: join(folder, 's1'), ...(port !== undefined && { port }) },
      ],
      keysFolder: join(folder, 'keys'),
    });
  const first = await start();
  const [{ port, hostKey } = { port: 0, hostKey: '' }] = first.servers;
  const beside = await start(port);
  expect(beside.servers[0]?.port).not.toBe(port);
  await Promise.all([first.close(), beside.close()]);
  const again = await start(port);
  expect(again.servers[0]).toMatchObject({ port, hostKey });
  expect((await stat(again.identityFile)).mode & 0o777).toBe(0o600);
  await again.close();
  await rm(folder, { recursive: true });
});

it('leaves services running when it closes, until they are stopped', async () => {
  const subject = await makeSubject();
  await subject.runtime.pull('s1', 'tiny', subject.first, {});
  const release = { ...subject.start, digest: subject.first.digest, version: 'v1', runId: 'run-1' };
  await subject.runtime.start('s1', 'tiny', release);
  await subject.hosts.close();
  const asked = () =>
    fetch(`http://127.0.0.1:${subject.port}/`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(asked, { timeout: 5_000 }).toBe(true);
  await stopAllServices(subject.test.server.baseFolder);
  expect(await asked()).toBe(false);
  await subject.close();
});
