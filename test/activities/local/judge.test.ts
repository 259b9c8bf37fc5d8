import { expect, test } from 'vitest';
import type { AcceptedVote, JudgeInput } from '../../../src/activities/contract.ts';
import { judge } from '../../../src/activities/local/judge.ts';

const policy = {
  roles: { tech: { names: ['Tech'] }, ops: { names: ['Ops'] } },
  people: {
    alice: { name: 'Alice', roles: ['tech', 'ops'], email: 'alice@example.com' },
    bob: { name: 'Bob', roles: ['ops'] },
    carol: { name: 'Carol', roles: [] },
  },
  allowSelfApproval: false,
};
const run = {
  workflowId: 'w',
  requestId: 'r',
  project: 'p',
  service: 's',
  environment: 'production',
  version: 'v',
  templateId: 't',
  planDigest: 'd',
  requestedBy: 'carol',
  language: 'en',
} as const;
function vote(by: string, more: Partial<JudgeInput> = {}) {
  return judge(
    {
      run,
      step: 5,
      approvers: ['tech', 'ops'],
      quorum: { kind: 'any' },
      accepted: [],
      decision: { kind: 'approve', by },
      ...more,
    },
    policy,
  );
}
const voted = (person: string, role: string): AcceptedVote => ({ person, name: person, role });

test.each([
  ['carol', {}, 'NOT_AN_APPROVER'],
  ['mallory', {}, 'NOT_AN_APPROVER'],
  ['alice', { run: { ...run, requestedBy: 'ALICE@example.com' } }, 'SELF_APPROVAL'],
  ['alice', { accepted: [voted('alice', 'tech')] }, 'REPLAYED'],
  [
    'alice',
    { accepted: [voted('alice', 'tech')], quorum: { kind: 'all' as const } },
    'QUORUM_SAME_PERSON',
  ],
  [
    'alice',
    { decision: { kind: 'approve' as const, by: 'alice', comment: '审'.repeat(1400) } },
    'TOO_LARGE',
  ],
])('%s %j: %s', (by, more, code) => {
  expect(vote(by, more)).toMatchObject({ accepted: false, code });
});

test('by id, name or e-mail; one is enough for any, all needs one for each role whichever comes first', () => {
  expect(vote('Alice')).toMatchObject({
    accepted: true,
    quorumReached: true,
    vote: { person: 'alice' },
  });
  expect(vote('alice@example.com')).toMatchObject({ accepted: true });
  expect(vote('alice', { quorum: { kind: 'all' } })).toMatchObject({
    accepted: true,
    quorumReached: false,
  });
  expect(vote('bob', { quorum: { kind: 'all' }, accepted: [voted('alice', 'ops')] })).toMatchObject(
    { quorumReached: true },
  );
  expect(vote('alice', { quorum: { kind: 'all' }, accepted: [voted('bob', 'ops')] })).toMatchObject(
    { quorumReached: true, vote: { role: 'tech' } },
  );
  expect(
    vote('bob', { quorum: { kind: 'count', people: 2 }, accepted: [voted('alice', 'tech')] }),
  ).toMatchObject({ quorumReached: true });
});

test.each(['root', 'mallory', '', 'carol@example.com'])(
  'B18 `resolve --by %s` is refused where the template has no approvers',
  (by) => {
    const decision = { kind: 'approve' as const, by };
    const judged = vote(by, { approvers: [], purpose: 'resolution', decision });
    expect(judged).toMatchObject({
      accepted: false,
      code: 'NOT_AN_APPROVER',
      reason: expect.stringContaining('alice, bob, carol'),
    });
  },
);

test('B18 a known person resolves where the template has no approvers, and votes nowhere', () => {
  expect(vote('bob', { approvers: [], purpose: 'resolution' })).toMatchObject({
    accepted: true,
    vote: { person: 'bob', name: 'Bob', role: 'ops' },
  });
  expect(vote('carol', { approvers: [], purpose: 'resolution' })).toMatchObject({
    vote: { name: 'Carol', role: '' },
  });
  expect(vote('bob', { approvers: [] })).toMatchObject({ accepted: false });
});
