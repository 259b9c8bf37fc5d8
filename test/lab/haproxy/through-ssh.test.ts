/** The socket of an HAProxy on another machine, through that machine's one SSH connection. */
import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerHosts } from '../../../src/ports/server-host.ts';
import { createBalancer } from '../../../src/worker/balancers.ts';
import { startTestServer, type TestServer } from '../../adapters/ssh/embedded-servers.ts';
import { BACKEND } from './support/running-haproxy.ts';
import { POOL, type Subject, startSubject } from './support/subject.ts';

describe('HAProxy on a server, through SSH', () => {
  let subject: Subject;
  let machine: TestServer;
  let hosts: ServerHosts;
  const opened: ReturnType<typeof createBalancer>[] = [];

  const over = (socket: string, server = 's1') => {
    const balancer = createBalancer(
      {
        kind: 'haproxy',
        at: {
          instances: [{ socket, server, backends: { [POOL]: BACKEND } }],
          names: { s1: 'srv-s1', s2: 'srv-s2', s3: 'srv-s3' },
          urls: {},
          routesMap: null,
        },
      },
      {
        hosts,
        commands: createCommandRunner({ environment: {} }),
        fence: () => Promise.resolve(),
      },
    );
    opened.push(balancer);
    return balancer;
  };

  beforeAll(async () => {
    machine = await startTestServer();
    // The embedded server forwards to sockets below its own folder.
    const below = machine.server.baseFolder;
    await mkdir(below, { recursive: true });
    subject = await startSubject({ below });
    hosts = createSshHosts([machine.server]);
  });
  afterAll(async () => {
    for (const each of opened) each.close?.();
    await hosts.close();
    await subject.close();
    await machine.close();
  });

  it('is told and read back as one on this machine, also after a reload', async () => {
    const balancer = over(subject.haproxy.socket);
    await balancer.drain(POOL, 's1');
    const { servers, process } = await balancer.state(POOL);
    expect(servers.map(({ name, admin }) => `${name} ${admin}`)).toEqual([
      's1 drain',
      's2 ready',
      's3 ready',
    ]);
    await subject.haproxy.reload();
    const after = await balancer.state(POOL);
    expect(after.process).not.toBe(process);
    expect(after.servers[0]?.admin).toBe('ready');
  });

  it('is missed by name: machine and socket', async () => {
    await expect(over('/run/no-such.sock').state(POOL)).rejects.toMatchObject({
      name: 'PortError',
      subject: 's1',
      message: expect.stringContaining('/run/no-such.sock'),
    });
    await expect(over(subject.haproxy.socket, 'lb-9').state(POOL)).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('lb-9'),
    });
  });
});
