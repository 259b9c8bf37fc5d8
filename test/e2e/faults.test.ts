/**
 * A few of the faults that `npm run test:faults` tries at every activity, on the way there and on the
 * way back: what came of each run is looked at from outside.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import {
  casesOf,
  type FaultCase,
  failureAt,
  nameOf,
  undoingCasesOf,
} from '../faults/support/cases.ts';
import { Stack } from '../faults/support/stack.ts';

const LIMIT_MS = 300_000;

let stack: Stack;
let cases: readonly FaultCase[];

beforeAll(async () => {
  const { path: temporal } = await findTemporal({ env: process.env });
  stack = await Stack.start({ environment: 'development', workers: 2, temporal });
  const good = await stack.good();
  const because = failureAt(good, 'traffic.verify');
  const failed = await stack.failing(because);
  const all = { wanted: [], signal: 'SIGKILL' } as const;
  cases = [...casesOf(good, [], 'SIGKILL'), ...undoingCasesOf(good, failed, because, all)];
}, LIMIT_MS);
afterAll(() => stack?.close());

describe('a run that is disturbed ends right', () => {
  it.each([
    ['3 image.push before', 'succeeded'],
    ['6 pool.drain dev-server-1 after', 'succeeded'],
    ['6 service.stop dev-server-1 lost', 'succeeded'],
    ['7 service.start dev-server-1 before', 'succeeded'],
    ['8 health.endpoint dev-server-1 fails', 'RUN_ROLLED_BACK'],
    ['9 pool.enable dev-server-1 hangs', 'succeeded'],
    ['10 record.update fails-twice', 'succeeded'],
    ['rollback: 6 service.restore dev-server-1 after', 'RUN_ROLLED_BACK'],
    ['rollback: 6 pool.readmit dev-server-1 fails', 'RUN_ROLLED_BACK'],
  ])(
    '%s: %s',
    async (name, end) => {
      const fault = cases.find((each) => nameOf(each) === name);
      if (fault === undefined)
        throw new Error(`none is called so: ${cases.map(nameOf).join(', ')}`);
      const tried = await stack.try(fault);
      expect(tried.problems).toEqual([]);
      expect(tried.end).toMatch(new RegExp(`^${end}`, 'u'));
    },
    LIMIT_MS,
  );
});
