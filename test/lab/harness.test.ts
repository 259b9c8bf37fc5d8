/** The lab itself: what the other tests take for granted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Haproxy } from './support/haproxy.ts';
import { type Lease, leaseServers } from './support/lease.ts';
import { machine, RUN_FOLDER, SSH_CONFIG } from './support/machine.ts';
import { run } from './support/shell.ts';
import { labState } from './verifier/lab-state.ts';

describe('the lab', () => {
  let lease: Lease;
  let haproxy: Haproxy;

  beforeAll(async () => {
    lease = await leaseServers(1);
    haproxy = await Haproxy.start({ folder: `${RUN_FOLDER}/harness`, servers: lease.servers });
  });
  afterAll(async () => {
    await haproxy?.stop();
    lease?.close();
  });

  it('gives a server by SSH, with its own host key and engine', async () => {
    const [server] = lease.servers;
    if (server === undefined) throw new Error('no server');
    const said = await run([
      'ssh',
      '-F',
      SSH_CONFIG,
      server.name,
      'hostname; docker ps -q | wc -l',
    ]);
    expect(said.trim().split('\n')).toEqual([server.name, '0']);
    const keys = machine().servers.map(({ hostKey }) => hostKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells the truth of an empty server', async () => {
    const { servers, pool, answers } = await labState({ servers: lease.servers, haproxy });
    const [name = ''] = Object.keys(servers);
    expect(servers[name]).toMatchObject({ containers: [], running: [], version: null });
    expect(pool[name]?.admin).toBe('ready');
    expect(answers).toEqual({ 503: 6 });
  });
});
