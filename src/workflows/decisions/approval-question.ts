/** An approval as a question: what each answer would do with every server. */
import { say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import type { Question } from '../../plan/question.ts';
import { presentationOf, type RunIdentity } from '../run.ts';
import { firstOf } from '../showing/many.ts';
import { approverRoles, roleName } from './approvers.ts';

const SERVERS_TOLD = 20;

export function approvalQuestion(
  run: RunIdentity,
  step: ApprovalStep,
  { openedAtMs, deadlineMs }: Pick<Question, 'openedAtMs'> & { readonly deadlineMs: number },
  isAfterwards: boolean,
): Question {
  const { ref, resolved } = run;
  const servers = firstOf(resolved.servers, SERVERS_TOLD).join(', ');
  const { title } = presentationOf(run.plan, step.number);
  return {
    kind: 'approval',
    step: step.number,
    roles: approverRoles(run, step).map((role) => roleName(run, role)),
    answers: isAfterwards
      ? afterwardsAnswers(run)
      : [
          {
            word: 'approve',
            would: say(
              ref,
              `继续：${servers} 部署 ${ref.version}`,
              `the run goes on: ${ref.version} on ${servers}`,
            ),
          },
          {
            word: 'reject',
            would: say(ref, '发布结束，服务器不变', 'the run ends, and no server is changed'),
          },
        ],
    text: say(
      ref,
      `步骤${step.number} ${title}：${ref.service} ${ref.version} 到 ${ref.environment}`,
      `step ${step.number} ${title}: ${ref.service} ${ref.version} to ${ref.environment}`,
    ),
    openedAtMs,
    deadlineMs,
    atDeadline: isAfterwards
      ? say(
          ref,
          '到期则记录为事后未批准，回滚保留',
          'at the deadline it is recorded as not approved afterwards, and the rollback stays',
        )
      : say(ref, '到期则结束发布', 'at the deadline the run ends as expired'),
  };
}

/** Nothing waits for it, and nothing is undone by it. */
function afterwardsAnswers({ ref }: RunIdentity): Question['answers'] {
  return [
    {
      word: 'approve',
      would: say(
        ref,
        '记录为事后已批准，回滚保留',
        'recorded as approved afterwards; the rollback stays',
      ),
    },
    {
      word: 'reject',
      would: say(
        ref,
        '记录为事后未批准，通知所有人，回滚保留',
        'recorded as not approved afterwards, and everybody is told; the rollback stays',
      ),
    },
  ];
}
