/** Servers are taken out, stopped, started and put in again while requests flow: none is lost. */
import { Agent, get } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { valueOf } from '../../activities/servers/stage.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { BACKEND } from './support/running-haproxy.ts';
import { send, startStream } from './support/stream.ts';
import { POOL } from './support/subject.ts';

/** For a busy machine; what is waited for comes at once on an idle one. */
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('a deployment behind HAProxy', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    deployment = await startDeployment();
  });
  afterEach(() => deployment.close());

  const adminOf = async (server: string): Promise<string | undefined> =>
    (await deployment.balancer.state(POOL)).servers.find((each) => each.name === server)?.admin;

  it('takes each server out and in again, and loses no request', async () => {
    const stream = startStream(deployment.haproxy.url);
    for (const service of deployment.services) {
      const drained = await deployment.act('pool.drain', service.name);
      expect(valueOf(drained, 'pool.removed')).toBe(true);
      const waited = await deployment.act('connections.wait', service.name);
      expect(valueOf(waited, 'connections.active')).toBe(0);
      await service.stop();
      await service.start();
      const enabled = await deployment.act('pool.enable', service.name);
      expect(valueOf(enabled, 'pool.enabled')).toBe(true);
    }
    const traffic = await deployment.act('traffic.verify', '');
    const outcome = await deployment.measureOutcome();
    await expect.poll(stream.sent, PATIENCE).toBeGreaterThan(200);
    expect((await stream.end()).failures).toEqual([]);
    expect(valueOf(traffic, 'traffic.all_receive')).toBe(true);
    expect(valueOf(outcome, 'service.error_rate')).toBe(0);
    expect(valueOf(outcome, 'health_check.response_time')).toBeGreaterThan(0);
    expect(outcome.evidence.join('\n')).toMatch(/p95 .* of \d+ requests through the balancer/u);
  });

  it('waits for an answer that takes long, and not for clients that keep their connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 5 });
    const { url } = deployment.haproxy;
    await Promise.all(
      Array.from(
        { length: 5 },
        () =>
          new Promise<void>((resolve, reject) => {
            get(url, { agent }, (answer) => answer.resume().on('end', resolve)).on('error', reject);
          }),
      ),
    );
    for (const name of ['s2', 's3']) await deployment.balancer.drain(POOL, name);
    const slow = send(`${url}/slow/4000`);
    await expect
      .poll(async () => (await deployment.balancer.state(POOL)).servers[0]?.active, PATIENCE)
      .toBe(1);
    await deployment.act('pool.drain', 's1');
    const cut = await deployment.act('connections.wait', 's1', { settings: { limitSeconds: 0.2 } });
    expect(valueOf(cut, 'connections.active')).toBe(1);
    const done = await deployment.act('connections.wait', 's1', { settings: { limitSeconds: 20 } });
    expect(valueOf(done, 'connections.active')).toBe(0);
    expect(await slow).toBe(200);
    agent.destroy();
  });

  it("leaves an operator's maint before, and one that comes while it waits", async () => {
    await deployment.haproxy.say(`set server ${BACKEND}/srv-s1 state maint`);
    await deployment.act('pool.drain', 's1');
    expect(await adminOf('s1')).toBe('maint');
    await deployment.act('pool.enable', 's1');
    expect(await adminOf('s1')).toBe('maint');

    await deployment.act('pool.drain', 's2');
    await deployment.services[1]?.stop();
    const pending = deployment.act('pool.enable', 's2');
    await expect.poll(() => adminOf('s2'), PATIENCE).toBe('ready');
    await deployment.haproxy.say(`set server ${BACKEND}/srv-s2 state maint`);
    expect((await pending).evidence[0]).toContain('an operator set maint meanwhile');
    expect(await adminOf('s2')).toBe('maint');
  });

  it('takes a server out again that does not serve, going forward and undoing', async () => {
    await deployment.act('pool.drain', 's1');
    await deployment.services[0]?.stop();
    const failure = {
      type: 'POOL_NOT_SERVING',
      message: expect.stringMatching(/s1 did not give 3 answers.*out of the pool again/su),
    };
    const soon = deployment.within(2);
    await expect(deployment.act('pool.enable', 's1', soon)).rejects.toMatchObject(failure);
    expect(await adminOf('s1')).toBe('drain');
    await expect(deployment.undo('pool.readmit', 's1', soon)).rejects.toMatchObject({
      ...failure,
      nonRetryable: false,
    });
    expect(await adminOf('s1')).toBe('drain');
    await deployment.services[0]?.start();
    await deployment.undo('pool.readmit', 's1');
    expect(await adminOf('s1')).toBe('ready');
  });

  it('does not believe a server whose requests HAProxy gives to others', async () => {
    await deployment.close();
    deployment = await startDeployment({ redispatch: true, checkMs: 60_000 });
    await deployment.act('pool.drain', 's1');
    // Its check is not due for a minute, so that HAProxy calls it up.
    await deployment.services[0]?.stop();
    const soon = deployment.within(2);
    await expect(deployment.act('pool.enable', 's1', soon)).rejects.toMatchObject({
      type: 'POOL_NOT_SERVING',
      message: expect.stringContaining('ready, healthy'),
    });
    expect(await adminOf('s1')).toBe('drain');
  });

  it('counts broken answers since the enable, and not those before it', async () => {
    for (let time = 0; time < 9; time += 1) await send(`${deployment.haproxy.url}/broken`);
    for (const { name } of deployment.services) {
      await deployment.act('pool.drain', name);
      await deployment.act('pool.enable', name);
    }
    expect(valueOf(await deployment.measureOutcome(), 'service.error_rate')).toBe(0);
    for (let time = 0; time < 9; time += 1) await send(`${deployment.haproxy.url}/broken`);
    expect(valueOf(await deployment.measureOutcome(), 'service.error_rate')).toBeGreaterThan(5);
  });

  it('sets weights and routes and reads them back', async () => {
    const balancer = {
      ...deployment.project.balancer,
      weights: { s1: 5 },
      routes: { '/api': POOL },
    };
    const project = { ...deployment.project, balancer };
    const updated = await deployment.act('routes.update', '', { project });
    expect(valueOf(updated, 'routes.current')).toBe(true);
    expect(await deployment.haproxy.say(`show map ${deployment.haproxy.routesMap}`)).toMatch(
      / \/api app$/mu,
    );
    await deployment.haproxy.say(`add map ${deployment.haproxy.routesMap} /shop other`);
    await deployment.act('routes.update', '', { project });
    expect(await deployment.balancer.routes()).toEqual({ '/api': POOL, '/shop': 'other' });
  });
});
