/** Judges one decision against roles and people as they stand now. Pure; the policy is handed in. */
import { findPerson } from '../../plan/people.ts';
import type { RunRef } from '../../plan/run.ts';
import type { AcceptedVote, JudgeInput, Judgement } from '../contract.ts';
import { judgeQuorum, type Voter } from './quorum.ts';

/** The part of runsheet.yaml that says who may decide, read afresh for each decision. */
export interface DecisionPolicy {
  readonly roles: Readonly<Record<string, { readonly names: readonly string[] }>>;
  readonly people: Readonly<Record<string, PolicyPerson>>;
  readonly allowSelfApproval: boolean;
  /** Environment → roles that may do what is done there outside of a run; one that is absent: any role. */
  readonly operators?: Readonly<Record<string, readonly string[]>>;
}

export interface PolicyPerson {
  readonly name: string;
  readonly roles: readonly string[];
  readonly email?: string;
}

/** A decision, with what the judge wants to know of its run. */
type Judged = Omit<JudgeInput, 'run' | 'seal'> & {
  readonly run: Pick<RunRef, 'language' | 'requestedBy'>;
};

const COMMENT_LIMIT_BYTES = 4096;

/** Never throws for a bad decision: a refusal is an answer. */
export function judge(input: Judged, policy: DecisionPolicy): Judgement {
  const { decision, run, purpose = 'approval' } = input;
  const refuse = (code: string, zh: string, en: string): Judgement => ({
    accepted: false,
    code,
    reason: run.language === 'zh' ? zh : en,
  });
  if (Buffer.byteLength(decision.comment ?? '', 'utf8') > COMMENT_LIMIT_BYTES) {
    return refuse('TOO_LARGE', '意见超过 4 KiB', 'the comment is larger than 4 KiB');
  }
  if (decision.step !== undefined && decision.step !== input.step) {
    return refuse(
      'WRONG_STEP',
      `现在等待的是步骤 ${input.step}`,
      `step ${input.step} is what waits now`,
    );
  }
  const id = findPerson(policy.people, decision.by);
  const person = id === null ? undefined : policy.people[id];
  if (id === null || person === undefined) {
    const known = namesOf(policy, input.approvers);
    return refuse(
      'NOT_AN_APPROVER',
      `runsheet.yaml 的 people 中没有此人；可以决定的有：${known}`,
      `nobody of that name is under people in runsheet.yaml; these may decide: ${known}`,
    );
  }
  const roles = person.roles.filter((role) => input.approvers.includes(role));
  // Where the template has no approval, no role is wanted: a person whom the project knows is.
  const anybodyKnown = purpose === 'resolution' && input.approvers.length === 0;
  if (roles.length === 0 && !anybodyKnown) {
    const wanted = input.approvers.map((role) => roleName(policy, role)).join(', ');
    return refuse(
      'NOT_AN_APPROVER',
      `${person.name} 没有所需的角色（${wanted}）`,
      `${person.name} has none of the roles that may decide (${wanted})`,
    );
  }
  const isOwnRun = findPerson(policy.people, run.requestedBy) === id;
  if (
    purpose === 'approval' &&
    isOwnRun &&
    !policy.allowSelfApproval &&
    decision.kind === 'approve'
  ) {
    return refuse(
      'SELF_APPROVAL',
      `${person.name} 发起了这次运行，不能自己批准`,
      `${person.name} asked for this run and cannot approve it`,
    );
  }
  if (input.accepted.some((vote) => vote.person === id)) {
    return needsOtherPerson(input, policy, id, roles)
      ? refuse(
          'QUORUM_SAME_PERSON',
          `${person.name} 已经投过票；每个角色需要不同的人`,
          `${person.name} has already voted; each role needs another person`,
        )
      : refuse('REPLAYED', `${person.name} 已经投过票`, `${person.name} has already voted`);
  }
  return accept(input, policy, id, person, roles);
}

function accept(
  input: Judged,
  policy: DecisionPolicy,
  id: string,
  person: PolicyPerson,
  roles: readonly string[],
): Judgement {
  const { decision, run } = input;
  const voters: readonly Voter[] = [
    ...input.accepted.map((vote) => ({
      person: vote.person,
      roles: rolesNow(vote, policy, input.approvers),
    })),
    { person: id, roles },
  ];
  const state = judgeQuorum(input.quorum, input.approvers, voters);
  const vote: AcceptedVote = {
    person: id,
    name: person.name,
    role: state.assigned.get(id) ?? roles[0] ?? person.roles[0] ?? '',
    ...(decision.comment !== undefined && { comment: decision.comment }),
  };
  const missing = state.missingRoles.map((role) => roleName(policy, role)).join(', ');
  const more =
    run.language === 'zh' ? `还需 ${state.missingPeople} 人` : `${state.missingPeople} more`;
  return {
    accepted: true,
    vote,
    quorumReached: state.reached,
    missing: state.reached ? '' : missing === '' ? more : missing,
  };
}

/** A second role of somebody who has voted: two votes are wanted, and this would be one person twice. */
function needsOtherPerson(
  input: Judged,
  policy: DecisionPolicy,
  id: string,
  roles: readonly string[],
): boolean {
  if (input.quorum.kind === 'count') return true;
  const voters = input.accepted.map((vote) => ({
    person: vote.person,
    roles: rolesNow(vote, policy, input.approvers),
  }));
  const used = judgeQuorum(input.quorum, input.approvers, voters);
  return (
    input.quorum.kind === 'all' &&
    used.missingRoles.some((role) => roles.includes(role) && used.assigned.get(id) !== role)
  );
}

/** Roles are read afresh: somebody who lost theirs since no longer stands for one. */
function rolesNow(
  vote: AcceptedVote,
  policy: DecisionPolicy,
  approvers: readonly string[],
): readonly string[] {
  return (policy.people[vote.person]?.roles ?? []).filter((role) => approvers.includes(role));
}

function namesOf(policy: DecisionPolicy, approvers: readonly string[]): string {
  const may = Object.entries(policy.people).filter(
    ([, person]) => approvers.length === 0 || person.roles.some((role) => approvers.includes(role)),
  );
  return may.map(([id]) => id).join(', ') || '-';
}

function roleName(policy: DecisionPolicy, role: string): string {
  return policy.roles[role]?.names[0] ?? role;
}
