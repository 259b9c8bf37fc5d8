import { expect, it } from 'vitest';
import { mergeRoutes } from '../../../src/adapters/haproxy/route-sets.ts';

it('routes count where each HAProxy has them that has their pool', () => {
  const hasAll = (): boolean => true;
  const one = { routes: { '/a': 'web', '/b': 'web', '/c': 'old' }, has: hasAll };
  const two = { routes: { '/a': 'web', '/c': 'new' }, has: hasAll };
  const other = { routes: {}, has: (pool: string) => pool === 'staging' };
  expect(mergeRoutes([one, two, other])).toEqual({ '/a': 'web' });
  // The pool is the second's alone, so that the first need not have the route.
  expect(mergeRoutes([{ ...one, has: () => false }, two])).toEqual({ '/a': 'web', '/c': 'new' });
});
