/** One question to people at a time: shown in the status while it is open, its answers judged one by one. */
import type { Judgement } from '../../activities/contract.ts';
import { oneLine, say } from '../../diagnostics/language.ts';
import type { AnswerWord, Question } from '../../plan/question.ts';
import type { AskingParts, Draft, RunIdentity } from '../run.ts';
import { changed } from '../showing/status.ts';
import { approvalOf, resolverRoles, roleName } from './approvers.ts';
import type { Undecided } from './desk.ts';
import { judge } from './judge.ts';

export interface Resolved {
  readonly kind: AnswerWord;
  readonly by: string;
  readonly withCurrentSettings: boolean;
}

/** The one question that the run has now, beside the approval that it does not wait for. */
export function showQuestion(run: AskingParts, question: Question): void {
  const answers = question.answers.map((each) => ({ ...each }));
  const shown = { ...question, roles: [...question.roles], answers };
  run.status.questions = [...beside(run, question), shown];
}

function beside({ afterwards, status }: AskingParts, question: Question | null): Draft<Question>[] {
  if (!afterwards.desk.isOpen) return [];
  const isVote = question?.kind === 'approval';
  return (status.questions ?? []).filter(({ kind }) => (kind === 'approval') !== isVote);
}

/** Shows that a person is needed, and lets the desk take answers. */
export function openQuestion(run: AskingParts, question: Question): void {
  run.desk.openFor({ waitsFor: 'resolution', step: question.step });
  showQuestion(run, question);
  run.status.needsAttention = question.text;
  run.status.outcome = 'needs_attention';
  changed(run);
}

/** The open question in other words, once more is known. */
export function updateQuestion({ status }: AskingParts, text: string): void {
  status.needsAttention = text;
  status.questions = (status.questions ?? []).map((question) =>
    question.kind === 'approval' ? question : { ...question, text },
  );
}

/** Nobody answers any more: what is still on the desk is refused. */
export function closeQuestion(run: AskingParts, openedAtMs: number): void {
  run.desk.close();
  run.peopleMs += Date.now() - openedAtMs;
  run.status.questions = beside(run, null);
  run.status.needsAttention = null;
  run.status.outcome = 'running';
  changed(run);
}

/** The roles' names of those who may say how a run goes on; none: any person whom the project knows. */
export function resolvers(run: RunIdentity): readonly string[] {
  const approval = approvalOf(run.plan);
  if (approval === undefined) return [];
  return resolverRoles(run, approval).map((role) => roleName(run, role));
}

/**
 * Judges one answer.
 * @param refusal why this word is not taken here; null: it is
 * @returns null where it was refused
 */
export async function judgeAnswer(
  run: AskingParts,
  step: number,
  item: Undecided,
  refusal: (item: Undecided) => { code: string; reason: string } | null = () => null,
): Promise<Resolved | null> {
  const judgement = await judgeAlone(run, step, item);
  const refused = judgement.accepted ? refusal(item) : judgement;
  if (refused !== null) {
    run.desk.refuse(item, refused.code, refused.reason);
    changed(run);
  }
  if (refused !== null || !judgement.accepted) return null;
  item.judgement = judgement;
  const { name, role } = judgement.vote;
  const withCurrentSettings = item.message.withCurrentSettings === true;
  const how = withCurrentSettings
    ? say(
        run.ref,
        '（按 runsheet.yaml 现在的设置）',
        ' with the settings that runsheet.yaml has now',
      )
    : '';
  const person = role === '' ? name : `${name} (${role})`;
  run.decisions.push(oneLine(`${item.kind}${how}: ${person} ${item.message.comment ?? ''}`));
  return { kind: item.kind, by: name, withCurrentSettings };
}

/** The roles of the plan's approval; of a template without one, any person whom the project knows. */
async function judgeAlone(run: RunIdentity, step: number, item: Undecided): Promise<Judgement> {
  const approval = approvalOf(run.plan);
  return judge(
    run,
    {
      step,
      approvers: approval === undefined ? [] : resolverRoles(run, approval),
      quorum: { kind: 'any' },
      accepted: [],
      decision: { ...item.message, kind: 'approve' },
      purpose: 'resolution',
    },
    item.kind,
  );
}
