/** HAProxy is reloaded in the middle of a run and forgets what it was told. */
import { afterEach, describe, expect, it } from 'vitest';
import { lookedAgain } from '../../activities/servers/looks.ts';
import { valueOf } from '../../activities/servers/stage.ts';
import { type Deployment, type DeploymentSetup, startDeployment } from './support/deployment.ts';
import { send, startStream } from './support/stream.ts';
import { POOL } from './support/subject.ts';

/** For a busy machine; what is waited for comes at once on an idle one. */
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('HAProxy is reloaded', () => {
  let deployment: Deployment;
  afterEach(() => deployment.close());

  const begin = async (setup: DeploymentSetup = {}): Promise<void> => {
    deployment = await startDeployment(setup);
  };
  const adminOf = async (server: string): Promise<string | undefined> =>
    (await deployment.balancer.state(POOL)).servers.find((each) => each.name === server)?.admin;
  const service = (name: string) => {
    const found = deployment.services.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };

  it('the drained server is taken out again while requests flow, none lost', async () => {
    await begin();
    const endGuard = deployment.guard();
    const stream = startStream(deployment.haproxy.url);
    await deployment.act('pool.drain', 's1');
    await deployment.act('connections.wait', 's1');
    await deployment.haproxy.reload();
    const reloadedMs = performance.now();
    await expect.poll(() => adminOf('s1'), PATIENCE).toBe('drain');
    expect(performance.now() - reloadedMs).toBeLessThan(5_000);
    await expect.poll(stream.sent, PATIENCE).toBeGreaterThan(200);
    expect((await stream.end()).failures).toEqual([]);
    const { evidence } = await endGuard();
    expect(evidence).toEqual(['the load balancer restarted once; taken out again: s1']);
  });

  it.each([
    ['it reads its state file', { keepsState: true }],
    ['it gives what one server refuses to another', { redispatch: true }],
  ])('a server that is stopped loses no request where %s', async (_name, setup) => {
    await begin(setup);
    const endGuard = deployment.guard();
    const stream = startStream(deployment.haproxy.url);
    await deployment.act('pool.drain', 's1');
    await deployment.act('connections.wait', 's1');
    await service('s1').stop();
    await deployment.haproxy.saveState();
    await deployment.haproxy.reload();
    await expect.poll(() => adminOf('s1'), PATIENCE).toBe('drain');
    await service('s1').start();
    await deployment.act('pool.enable', 's1');
    expect(await adminOf('s1')).toBe('ready');
    expect((await stream.end()).failures).toEqual([]);
    await endGuard();
  });

  it('the wait for requests counts those that the old process still has', async () => {
    await begin();
    for (const name of ['s2', 's3']) await deployment.balancer.drain(POOL, name);
    const slow = send(`${deployment.haproxy.url}/slow/5000`);
    await expect
      .poll(async () => (await deployment.balancer.state(POOL)).servers[0]?.active, PATIENCE)
      .toBe(1);
    await deployment.act('pool.drain', 's1');
    await deployment.haproxy.reload();
    const cut = await deployment.act('connections.wait', 's1', { settings: { limitSeconds: 0.3 } });
    expect(valueOf(cut, 'connections.active')).toBe(1);
    expect(await adminOf('s1')).toBe('drain');
    const done = await deployment.act('connections.wait', 's1', { settings: { limitSeconds: 20 } });
    expect(valueOf(done, 'connections.active')).toBe(0);
    expect(await slow).toBe(200);
  });

  it('a server that is being put in stays in, whoever looked last', async () => {
    await begin();
    const endGuard = deployment.guard();
    await deployment.act('pool.drain', 's1');
    await service('s1').stop();
    const pending = deployment.act('pool.enable', 's1');
    await expect.poll(() => adminOf('s1'), PATIENCE).toBe('ready');
    await deployment.haproxy.reload();
    await service('s1').start();
    await pending;
    expect(await adminOf('s1')).toBe('ready');
    const { evidence } = await endGuard();
    expect(evidence[0]).toContain('taken out again: -');
    expect(await adminOf('s1')).toBe('ready');
  });

  it('a guard on another worker undoes no enable for good', async () => {
    await begin();
    await deployment.act('pool.drain', 's1');
    // This guard knows only what it has seen: the server is drained.
    const endGuard = deployment.guard({ apart: true });
    await expect.poll(() => adminOf('s1'), PATIENCE).toBe('drain');
    await lookedAgain(deployment);
    await deployment.haproxy.reload();
    await deployment.act('pool.enable', 's1');
    await lookedAgain(deployment, 3);
    expect(await adminOf('s1')).toBe('ready');
    await endGuard();
  });

  it('errors from before count in the outcome', async () => {
    await begin();
    const endGuard = deployment.guard();
    for (const { name } of deployment.services) {
      await deployment.act('pool.drain', name);
      await deployment.act('pool.enable', name);
    }
    for (let time = 0; time < 12; time += 1) await send(`${deployment.haproxy.url}/broken`);
    await lookedAgain(deployment);
    await deployment.haproxy.reload();
    await lookedAgain(deployment, 3);
    const outcome = await deployment.measureOutcome();
    expect(outcome.evidence[0]).toMatch(/12 errors/u);
    expect(valueOf(outcome, 'service.error_rate')).toBeGreaterThan(5);
    await endGuard();
  });

  it('a server that was drained by the restart is put in again before traffic is verified', async () => {
    await begin({ keepsState: true });
    for (const { name } of deployment.services) {
      await deployment.act('pool.drain', name);
      if (name === 's2') await deployment.haproxy.saveState();
      await deployment.act('pool.enable', name);
    }
    await deployment.haproxy.reload();
    expect(await adminOf('s2')).toBe('drain');
    const traffic = await deployment.act('traffic.verify', '');
    expect(valueOf(traffic, 'traffic.all_receive')).toBe(true);
    expect(traffic.evidence.join('\n')).toMatch(/s2 was out again: in the pool/u);
    expect(await adminOf('s2')).toBe('ready');
  });
});
