import { describe, expect, it } from 'vitest';
import { mergeStates } from '../../../src/adapters/in-step/merge.ts';
import type { PoolServer, PoolState } from '../../../src/ports/load-balancer.ts';

const server = (change: Partial<PoolServer> = {}): PoolServer => ({
  name: 's1',
  admin: 'ready',
  healthy: true,
  weight: 1,
  active: 1,
  requests: 10,
  errors: 2,
  p95Ms: null,
  ...change,
});
const state = (servers: readonly PoolServer[], process = '1@1', emptyMs = 0): PoolState => ({
  servers,
  process,
  emptyMs,
});
const merged = (...seen: readonly (Partial<PoolServer> | null)[]): PoolServer | undefined =>
  mergeStates(seen.map((each) => state(each === null ? [] : [server(each)]))).servers[0];

describe('several balancers as one pool', () => {
  it('sums counters, names every process, and takes the longest time without servers', () => {
    const one = state([server()], '1@5', 3_000);
    const two = state([server({ active: 2, requests: 5, errors: 0 })], '7@9', 1_000);
    expect(mergeStates([one, two])).toEqual({
      servers: [server({ active: 3, requests: 15, errors: 2 })],
      process: '1@5 7@9',
      emptyMs: 3_000,
    });
  });

  it.each([
    ['ready in both', [{}, {}], 'ready', undefined],
    ['drained in one', [{ admin: 'drain' }, {}], 'drain', true],
    ['drained in both', [{ admin: 'drain' }, { admin: 'drain' }], 'drain', undefined],
    ['unknown to one', [{}, null], 'drain', true],
    ["an operator's maint in one", [{ admin: 'maint', healthy: false }, {}], 'ready', undefined],
    ['maint and drained', [{ admin: 'maint' }, { admin: 'drain' }], 'drain', undefined],
    ['maint in both', [{ admin: 'maint' }, { admin: 'maint' }], 'maint', undefined],
  ] as const)('%s', (_name, seen, admin, split) => {
    expect(merged(...seen)).toMatchObject({ admin });
    expect(merged(...seen)?.split).toBe(split);
  });

  it('sums upgraded connections, with the oldest of all; none where nobody tells of any', () => {
    const tunnels = { count: 2, oldestSeconds: 65 };
    const others = { count: 1, oldestSeconds: 70 };
    const ageless = { count: 1, oldestSeconds: null };
    expect(merged({ tunnels }, { tunnels: others })?.tunnels).toEqual({
      count: 3,
      oldestSeconds: 70,
    });
    expect(merged({ tunnels }, {}, { tunnels: ageless })?.tunnels).toEqual({
      count: 3,
      oldestSeconds: 65,
    });
    expect(merged({ tunnels: ageless })?.tunnels).toEqual(ageless);
    expect(merged({}, {})).not.toHaveProperty('tunnels');
  });

  it('is healthy where all that give it requests call it so', () => {
    expect(merged({}, { healthy: false })?.healthy).toBe(false);
    expect(merged({}, { admin: 'maint', healthy: false })?.healthy).toBe(true);
    expect(merged({ admin: 'maint' }, { admin: 'maint' })?.healthy).toBe(false);
  });

  it('does not tell what one of them cannot tell', () => {
    const silent = { healthy: null, active: null, requests: null, errors: null };
    expect(merged({}, silent)).toEqual({ ...server(), ...silent });
    const states = [state([server()]), { ...state([server()]), process: null, emptyMs: null }];
    expect(mergeStates(states)).toMatchObject({ process: null, emptyMs: null });
  });

  it('is in the pool of one although its file says otherwise', () => {
    expect(merged({ admin: 'drain', split: true })).toMatchObject({ admin: 'drain', split: true });
    const awaited = { zh: '旧进程', en: 'old workers' };
    expect(merged({ admin: 'drain' }, { admin: 'drain', awaited })?.awaited).toEqual(awaited);
  });

  it('says why HAProxy keeps a server out where all do', () => {
    const why = { zh: '它的主机名无法解析', en: 'its name does not resolve' };
    const held = { admin: 'maint', held: why } as const;
    expect(merged(held, held)?.held).toEqual(why);
    expect(merged(held, {})?.held).toBeUndefined();
  });
});
