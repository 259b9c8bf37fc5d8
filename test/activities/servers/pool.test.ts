import { describe, expect, it } from 'vitest';
import { createFakeHttpProbe } from '../../../src/adapters/fake/fake-http-probe.ts';
import { lookedAgain } from './looks.ts';
import { before, type Stage, setStage, valueOf, withSettings } from './stage.ts';

const SERVER = 'app-server-1';

/** A customer's request that is answered by the first server after `ms`. */
function customer({ world }: Stage, ms: number): Promise<unknown> {
  const { address, servicePort } = world.server(SERVER);
  const member = world.member(SERVER);
  member.active += 1;
  return createFakeHttpProbe(world)
    .request({ method: 'GET', url: `http://${address}:${servicePort}/slow`, timeoutMs: ms + 2_000 })
    .finally(() => {
      member.active -= 1;
    });
}

const slow = (delayMs: number) => ({ old: { answer: () => ({ status: 200, delayMs }) } });

describe('pool.drain', () => {
  it('takes the server out and reads it back, twice over', async () => {
    const stage = await setStage();
    for (let time = 0; time < 2; time += 1) {
      expect(valueOf(await stage.act('pool.drain'), 'pool.removed')).toBe(true);
      expect(stage.world.member(SERVER).admin).toBe('drain');
    }
    expect(stage.world.member('app-server-2').admin).toBe('ready');
  });

  it('looks again where the balancer is between two states, as nginx is while it reloads', async () => {
    const stage = await setStage();
    const { balancer } = stage.ports;
    const { state } = balancer;
    let looks = 0;
    balancer.state = async (pool) => {
      const now = await state.call(balancer, pool);
      looks += 1;
      const isBetween = looks > 1 && looks < 5;
      const servers = now.servers.map((each) => ({ ...each, ...(isBetween && { split: true }) }));
      return { ...now, servers: servers as typeof now.servers };
    };
    expect(valueOf(await stage.act('pool.drain'), 'pool.removed')).toBe(true);
    expect(looks).toBe(5);
  });

  it("leaves an operator's maint", async () => {
    const stage = await setStage();
    stage.world.member(SERVER).admin = 'maint';
    const result = await stage.act('pool.drain', { before: before(SERVER, { pool: 'maint' }) });
    expect(valueOf(result, 'pool.removed')).toBe(true);
    expect(stage.world.member(SERVER).admin).toBe('maint');
    expect(result.evidence.join()).toContain('maint');
  });

  it('has nothing to do for a server that the balancer does not know', async () => {
    const stage = await setStage();
    await expect(stage.act('pool.drain', { server: 'app-server-9' })).resolves.toMatchObject({
      facts: [{ id: 'pool.removed', value: true }],
      evidence: ['not in the pool'],
    });
  });
});

describe('connections.wait', () => {
  it('goes on as soon as nothing is in flight', async () => {
    const stage = await setStage(slow(250));
    const request = customer(stage, 250);
    const started = performance.now();
    const result = await stage.act('connections.wait', { settings: { limitSeconds: 3 } });
    expect(valueOf(result, 'connections.active')).toBe(0);
    expect(performance.now() - started).toBeLessThan(1_500);
    await request;
  });

  it('counts what remains at the deadline of the document: 600 ms under 0.3 s and under 3 s', async () => {
    const stage = await setStage(slow(600));
    const request = customer(stage, 600);
    const short = await stage.act('connections.wait', { settings: { limitSeconds: 0.3 } });
    expect(valueOf(short, 'connections.active')).toBe(1);
    expect(short.evidence[0]).toMatch(/1 in flight after 0\.3s \(limit 0\.3s\)/u);
    const long = await stage.act('connections.wait', { settings: { limitSeconds: 3 } });
    expect(valueOf(long, 'connections.active')).toBe(0);
    await request;
  });

  it('counts the time that an attempt before it has waited', async () => {
    const stage = await setStage({ heartbeatDetails: { waitedMs: 60_000 } });
    stage.world.member(SERVER).active = 2;
    const started = performance.now();
    const result = await stage.act('connections.wait', { settings: { limitSeconds: 30 } });
    expect(valueOf(result, 'connections.active')).toBe(2);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('takes a server out again that a balancer has put in by starting anew', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    stage.world.member(SERVER).active = 1;
    const pending = stage.act('connections.wait', { settings: { limitSeconds: 5 } });
    await lookedAgain(stage);
    stage.world.restartBalancer();
    await expect.poll(() => stage.world.member(SERVER).admin).toBe('drain');
    stage.world.member(SERVER).active = 0;
    expect(valueOf(await pending, 'connections.active')).toBe(0);
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('does not take out a server that this run has not', async () => {
    const stage = await setStage();
    expect(valueOf(await stage.act('connections.wait'), 'connections.active')).toBe(0);
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it('heartbeats, and ends at once when the run is cancelled', async () => {
    const stage = await setStage();
    stage.world.member(SERVER).active = 1;
    const beats: unknown[] = [];
    stage.environment.on('heartbeat', (details: unknown) => beats.push(details));
    const pending = stage.act('connections.wait', { settings: { limitSeconds: 30 } });
    const cancelled = expect(pending).rejects.toMatchObject({ name: 'CancelledFailure' });
    await expect.poll(() => beats.length).toBeGreaterThanOrEqual(2);
    const started = performance.now();
    stage.environment.cancel();
    await cancelled;
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('pool.enable', () => {
  it('puts the server in once it really answers through the balancer, twice over', async () => {
    const stage = await setStage();
    stage.world.member(SERVER).admin = 'drain';
    for (let time = 0; time < 2; time += 1) {
      expect(valueOf(await stage.act('pool.enable'), 'pool.enabled')).toBe(true);
    }
    expect(stage.world.member(SERVER)).toMatchObject({ admin: 'ready', errors: 0 });
    expect(stage.world.member(SERVER).requests).toBeGreaterThanOrEqual(3);
  });

  it('fails where the balancer cannot reach the server, and says what to check', async () => {
    const stage = await setStage();
    Object.assign(stage.world.member(SERVER), { admin: 'drain', unreachable: true });
    const failure = { type: 'POOL_NOT_SERVING', nonRetryable: true };
    await expect(stage.act('pool.enable')).rejects.toMatchObject({
      ...failure,
      message: expect.stringMatching(
        /app-server-1 .*unhealthy.*Check that the balancer reaches.*It is out of the pool again/u,
      ),
    });
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('says where a server that does not serve could not be taken out again', async () => {
    const stage = await setStage();
    Object.assign(stage.world.member(SERVER), { admin: 'drain', unreachable: true });
    stage.ports.balancer.drain = () => Promise.reject(new Error('the socket is gone'));
    await expect(stage.act('pool.enable')).rejects.toMatchObject({
      type: 'POOL_NOT_SERVING',
      message: expect.stringContaining(
        'could not be taken out of the pool again: the socket is gone',
      ),
    });
  });

  it('sets it ready again where something takes it out meanwhile', async () => {
    const stage = await setStage();
    const member = stage.world.member(SERVER);
    Object.assign(member, { admin: 'drain', unreachable: true });
    const pending = stage.act('pool.enable');
    await expect.poll(() => member.admin).toBe('ready');
    Object.assign(member, { admin: 'drain', unreachable: false });
    expect(valueOf(await pending, 'pool.enabled')).toBe(true);
    expect(member.admin).toBe('ready');
  });

  it('watches for a moment what it set where the balancer has started anew', async () => {
    const stage = await setStage();
    const member = stage.world.member(SERVER);
    member.admin = 'drain';
    const ready = { successes: 3, intervalMilliseconds: 10, limitSeconds: 5 };
    // Whoever guards the pool elsewhere has seen the drain, and sets it again once.
    setTimeout(() => stage.world.restartBalancer(), 1);
    setTimeout(() => {
      member.admin = 'drain';
    }, 300);
    const startedMs = performance.now();
    await stage.act('pool.enable', { project: withSettings('health', { ready }) });
    expect(performance.now() - startedMs).toBeGreaterThan(500);
    expect(member.admin).toBe('ready');
  });

  it('fails where the balancer itself keeps the server out, and says why', async () => {
    const stage = await setStage();
    Object.assign(stage.world.member(SERVER), {
      admin: 'maint',
      held: { zh: '它的主机名无法解析', en: 'its name does not resolve' },
    });
    await expect(stage.act('pool.enable')).rejects.toThrow(/its name does not resolve/u);
  });

  it('stops waiting where an operator sets maint meanwhile', async () => {
    const stage = await setStage();
    const member = stage.world.member(SERVER);
    Object.assign(member, { admin: 'drain', unreachable: true });
    const pending = stage.act('pool.enable');
    await expect.poll(() => member.admin).toBe('ready');
    member.admin = 'maint';
    const result = await pending;
    expect(result.evidence[0]).toContain('an operator set maint meanwhile');
    expect(member.admin).toBe('maint');
  });

  it('does not believe a balancer that calls a dead server healthy', async () => {
    const stage = await setStage();
    Object.assign(stage.world.member(SERVER), { admin: 'drain', believedHealthy: true });
    stage.world.end(stage.world.server(SERVER));
    await expect(stage.act('pool.enable')).rejects.toMatchObject({ type: 'POOL_NOT_SERVING' });
    expect(stage.world.member(SERVER).errors).toBeGreaterThan(0);
  });

  it("leaves an operator's maint and says so", async () => {
    const stage = await setStage();
    stage.world.member(SERVER).admin = 'maint';
    const result = await stage.act('pool.enable');
    expect(stage.world.member(SERVER).admin).toBe('maint');
    expect(result.evidence[0]).toContain('maint');
  });

  it('ends when the run is cancelled', async () => {
    const stage = await setStage();
    stage.world.member(SERVER).unreachable = true;
    const ready = { successes: 3, intervalMilliseconds: 10, limitSeconds: 30 };
    const pending = stage.act('pool.enable', { project: withSettings('health', { ready }) });
    const cancelled = expect(pending).rejects.toMatchObject({ name: 'CancelledFailure' });
    await lookedAgain(stage);
    stage.environment.cancel();
    await cancelled;
  });
});

describe('pool.readmit and pool.withdraw', () => {
  it('readmits what this run took out', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    await stage.undo('pool.readmit');
    await stage.undo('pool.readmit');
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it.each(['maint', 'drain', 'absent'] as const)('leaves a server that was %s', async (pool) => {
    const stage = await setStage();
    stage.world.member(SERVER).admin = 'drain';
    await stage.undo('pool.readmit', { before: before(SERVER, { pool }) });
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('fails where the old release does not answer through the balancer', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    stage.world.end(stage.world.server(SERVER));
    await expect(stage.undo('pool.readmit')).rejects.toMatchObject({
      type: 'POOL_NOT_SERVING',
      nonRetryable: false,
    });
    // Nobody finds it there, nor does it come in by itself when it wakes up.
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('waits for no answer of a server on which nothing ran before', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    stage.world.end(stage.world.server(SERVER));
    await stage.undo('pool.readmit', { before: before(SERVER, { release: null }) });
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it('withdraws and waits for what is in flight', async () => {
    const stage = await setStage(slow(300));
    const request = customer(stage, 300);
    const result = await stage.undo('pool.withdraw');
    expect(stage.world.member(SERVER)).toMatchObject({ admin: 'drain', active: 0 });
    expect(result.evidence[0]).toContain('0 requests left');
    await request;
    await stage.undo('pool.withdraw');
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });
});
