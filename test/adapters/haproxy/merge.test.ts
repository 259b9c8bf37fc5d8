import { describe, expect, it } from 'vitest';
import {
  type HaproxyServer,
  type HaproxyState,
  mergeRoutes,
  mergeStates,
} from '../../../src/adapters/haproxy/merge.ts';

const server = (change: Partial<HaproxyServer> = {}): HaproxyServer => ({
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
const state = (servers: readonly HaproxyServer[], process = '1@1', emptyMs = 0): HaproxyState => ({
  servers,
  process,
  emptyMs,
});
const merged = (...seen: readonly (Partial<HaproxyServer> | null)[]): HaproxyServer | undefined =>
  mergeStates(seen.map((each) => state(each === null ? [] : [server(each)]))).servers[0];

describe('several HAProxies as one pool', () => {
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

  it('is healthy where all that give it requests call it so', () => {
    expect(merged({}, { healthy: false })?.healthy).toBe(false);
    expect(merged({}, { admin: 'maint', healthy: false })?.healthy).toBe(true);
    expect(merged({ admin: 'maint' }, { admin: 'maint' })?.healthy).toBe(false);
  });

  it('says why HAProxy keeps a server out where all do', () => {
    const why = { zh: '它的主机名无法解析', en: 'its name does not resolve' };
    const held = { admin: 'maint', held: why } as const;
    expect(merged(held, held)?.held).toEqual(why);
    expect(merged(held, {})?.held).toBeUndefined();
  });

  it('routes count where each HAProxy has them that has their pool', () => {
    const hasAll = (): boolean => true;
    const one = { routes: { '/a': 'web', '/b': 'web', '/c': 'old' }, has: hasAll };
    const two = { routes: { '/a': 'web', '/c': 'new' }, has: hasAll };
    const other = { routes: {}, has: (pool: string) => pool === 'staging' };
    expect(mergeRoutes([one, two, other])).toEqual({ '/a': 'web' });
    // The pool is the second's alone, so that the first need not have the route.
    expect(mergeRoutes([{ ...one, has: () => false }, two])).toEqual({ '/a': 'web', '/c': 'new' });
  });
});
