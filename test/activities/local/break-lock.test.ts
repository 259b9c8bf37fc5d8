/** A lock is ended once, at the word of whoever may; asked again, the question has its answer. */
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/activities/contract.ts';
import { breakLock, brokenBy } from '../../../src/activities/local/break-lock.ts';
import type { DecisionPolicy } from '../../../src/activities/local/index.ts';
import { judgeOperator } from '../../../src/activities/local/operator.ts';
import type { TemporalAccess } from '../../../src/activities/local/temporal.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';

const POLICY: DecisionPolicy = {
  roles: { ops: { names: [] }, dev: { names: [] } },
  people: {
    alice: { name: 'Alice', roles: ['ops'] },
    bob: { name: 'Bob', roles: ['dev'] },
    carol: { name: 'Carol', roles: [] },
  },
  allowSelfApproval: false,
  operators: { production: ['ops'] },
};
const ASKED: Execution = { workflowId: 'break-lock-1', runId: 'r1' };
const INPUT = {
  service: 's',
  environment: 'production',
  by: 'alice',
  reason: 'now',
  language: 'en',
} as const;
const LOCK = { workflowId: 'runsheet-lock:s:production', runId: 'lock-1' };

/** A server with one lock; nothing else is asked of it. */
function server(taskQueue = 'q') {
  const ends: string[] = [];
  let details: unknown;
  const access = {
    describe: async () => ({
      runId: LOCK.runId,
      running: ends.length === 0,
      wasCut: ends.length > 0,
      startedAtMs: 0,
      type: 'environmentLock',
      taskQueue,
      startedBy: { workflowId: 'run-1', runId: 'x' },
    }),
    historyOf: async () => ({ input: {}, signals: [], terminated: null, details }),
    terminate: async (_id: string, reason: string, end: { readonly details: unknown }) => {
      ends.push(reason);
      ({ details } = end);
    },
  } as unknown as TemporalAccess;
  const seal = createFakeSeal();
  return { ends, seal, how: { access, seal, policy: POLICY, taskQueue: 'q' }, said: () => details };
}

describe('S10 breaking a lock', () => {
  it('S10 ends it once, with who and why; the same question has the same answer', async () => {
    const { ends, how } = server();
    const first = await breakLock(how, INPUT, ASKED);
    expect(first).toEqual({ holder: 'run-1', text: 'Alice (ops): now' });
    expect(await breakLock(how, INPUT, ASKED)).toEqual(first);
    expect(ends).toEqual(['LOCK_BROKEN Alice (ops): now']);
    const other = { ...ASKED, runId: 'r2' };
    await expect(breakLock(how, INPUT, other)).rejects.toMatchObject({ type: 'LOCK_FREE' });
  });

  it('S10 leaves the lock of another queue alone', async () => {
    const { ends, how } = server('another');
    await expect(breakLock(how, INPUT, ASKED)).rejects.toMatchObject({ type: 'LOCK_FREE' });
    expect(ends).toEqual([]);
  });

  it('S10 is believed for that execution only, as it was signed', async () => {
    const { how, seal, said } = server();
    await breakLock(how, INPUT, ASKED);
    const details = said() as { statement: object; signature: object };
    expect(await brokenBy(seal, { details }, LOCK)).toBe('Alice (ops): now');
    expect(await brokenBy(seal, { details }, { ...LOCK, runId: 'lock-2' })).toBeNull();
    const changed = { ...details, statement: { ...details.statement, text: 'Mallory' } };
    expect(await brokenBy(seal, { details: changed }, LOCK)).toBeNull();
    for (const other of [undefined, null, 'x', [], {}, { statement: {}, signature: {} }])
      expect(await brokenBy(seal, { details: other }, LOCK)).toBeNull();
  });
});

describe('who may do something outside of a run', () => {
  it.each<[string, string, string, string]>([
    ['a role that is listed', 'production', 'alice', 'ops'],
    ['one that is not', 'production', 'bob', 'NOT_AN_APPROVER'],
    ['any role, where none is listed', 'staging', 'bob', 'dev'],
    ['nobody without a role', 'staging', 'carol', 'NOT_AN_APPROVER'],
    ['nobody unknown', 'staging', 'mallory', 'NOT_AN_APPROVER'],
  ])('%s', (_what, environment, by, expected) => {
    const judged = judgeOperator({ environment, by, reason: 'now', language: 'en' }, POLICY);
    expect(judged.accepted ? judged.vote.role : judged.code).toBe(expected);
  });
});
