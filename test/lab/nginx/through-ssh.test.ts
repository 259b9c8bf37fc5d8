/** nginx on another machine, through that machine's one SSH connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import type { ServerHosts } from '../../../src/ports/server-host.ts';
import { createBalancer } from '../../../src/worker/balancers.ts';
import { startTestServer, type TestServer } from '../../adapters/ssh/embedded-servers.ts';
import { UPSTREAM } from './support/running-nginx.ts';
import { POOL, type Subject, startSubject } from './support/subject.ts';

describe('nginx on a machine, through SSH', () => {
  let subject: Subject;
  let machine: TestServer;
  let hosts: ServerHosts;

  const over = (server: string, file = subject.nginx.upstreamFile) =>
    createBalancer(
      {
        kind: 'nginx',
        at: {
          instances: [
            {
              server,
              pidFile: subject.nginx.pidFile,
              command: subject.nginx.command,
              pools: { [POOL]: { file, upstream: UPSTREAM, servers: ['s2', 's3'] } },
            },
          ],
          names: { s3: `127.0.0.1:${subject.services[2]?.port}` },
          urls: {},
        },
      },
      {
        hosts,
        commands: createCommandRunner({ environment: {} }),
        fence: () => Promise.resolve(),
      },
    );

  beforeAll(async () => {
    machine = await startTestServer();
    subject = await startSubject();
    const service = { serviceAddress: '127.0.0.1', servicePort: subject.services[1]?.port ?? 0 };
    const second: ServerConnection = { ...machine.server, name: 's2', ...service };
    hosts = createSshHosts([machine.server, second]);
  });
  afterAll(async () => {
    await hosts.close();
    await subject.close();
    await machine.close();
  });

  it('is told and read back as one on this machine: by address, and by balancer.names', async () => {
    const balancer = over(machine.server.name);
    await balancer.assertChangeable?.(POOL);
    await Promise.all([balancer.drain(POOL, 's2'), balancer.drain(POOL, 's3')]);
    const { servers } = await balancer.state(POOL);
    expect(servers.map(({ name, admin, active }) => `${name} ${admin} ${active}`)).toEqual([
      `127.0.0.1:${subject.services[0]?.port} ready 0`,
      's2 drain 0',
      's3 drain 0',
    ]);
    expect(subject.nginx.read().match(/ down; # runsheet: drain/gu)).toHaveLength(2);
  });

  it('is missed by name: machine and file', async () => {
    await expect(over(machine.server.name, '/etc/no-such.conf').state(POOL)).rejects.toMatchObject({
      kind: 'not-found',
      message: `nginx ${machine.server.name}: there is no file /etc/no-such.conf.`,
    });
    await expect(over('lb-9').state(POOL)).rejects.toMatchObject({ kind: 'unknown' });
  });
});
