/** A failed step's question, or a stuck rollback's, on every channel that the project has configured. */
import type { Localized } from '../../diagnostics/language.ts';
import { say } from '../../diagnostics/language.ts';
import type { QuestionKind } from '../../plan/question.ts';
import type { Notification } from '../../ports/notifier.ts';
import type { AnnounceQuestionInput, SystemActivities } from '../contract.ts';
import { deliver, type NotificationPorts } from './channels.ts';

const SERVERS_TOLD = 20;

/** Never fails: terminal and Web UI show every question, so a broken channel is a line in `failed`. */
export async function announceQuestion(
  ports: NotificationPorts,
  input: AnnounceQuestionInput,
): ReturnType<SystemActivities['announceQuestion']> {
  const { run, question } = input;
  const sent = await deliver(ports.artifacts, ports.notifiers, {
    requestId: run.requestId,
    name: `question-${question.step}-${question.kind}-${Math.trunc(input.atMs)}`,
    message: await questionMessage(ports, input),
  });
  return {
    delivered: sent.flatMap(({ channel, to }) => (to === null ? [] : [`${channel}: ${to}`])),
    failed: sent.flatMap(({ channel, to, reason }) =>
      to === null ? [`${channel}: ${reason}`] : [],
    ),
  };
}

async function questionMessage(
  { recipientsOf }: NotificationPorts,
  input: AnnounceQuestionInput,
): Promise<Notification> {
  const { run, question, roles } = input;
  const { workflowId, requestId } = run;
  const { answers, step, openedAtMs } = question;
  return {
    kind: 'question',
    title: title(input),
    lines: [question.text],
    fields: fields(input),
    request: { workflowId, requestId, step, openedAtMs, answers },
    severity: 'failure',
    language: run.language,
    recipients: (await recipientsOf?.(roles)) ?? [],
  };
}

const ASKED: Readonly<Record<QuestionKind, Localized>> = {
  approval: { zh: '等待审批', en: 'approval needed' },
  failure: { zh: '步骤失败，等待人工决定', en: 'the step has failed, a person has to decide' },
  stuck_rollback: {
    zh: '回滚受阻，等待人工决定',
    en: 'the rollback is stuck, a person has to decide',
  },
  lost_lock: {
    zh: '锁曾丢失，等待人工决定',
    en: 'the lock was lost, a person has to decide',
  },
};

function title({ run, question, title: step, isRepeated }: AnnounceQuestionInput): string {
  const what = `${run.service} ${run.version} → ${run.environment}`;
  const asked = ASKED[question.kind][run.language];
  const again = isRepeated ? say(run, '（再次通知）', ' (told again)') : '';
  return say(run, `${step}：${asked}${again} ${what}`, `${step}: ${asked}${again}, ${what}`);
}

function fields({ run, question, servers }: AnnounceQuestionInput): Notification['fields'] {
  const { roles, deadlineMs, atDeadline } = question;
  const shown = servers.slice(0, SERVERS_TOLD).join(', ');
  const rest = servers.length - SERVERS_TOLD;
  const who = roles.length > 0 ? roles.join(', ') : say(run, '任何已知人员', 'anybody known');
  const until = deadlineMs === null ? [] : [new Date(deadlineMs).toISOString()];
  return [
    { label: say(run, '请求人', 'Requested by'), text: run.requestedBy },
    { label: say(run, '服务器', 'Servers'), text: rest > 0 ? `${shown} … +${rest}` : shown },
    { label: say(run, '谁可以决定', 'Who may answer'), text: who },
    { label: say(run, '截止时间', 'Deadline'), text: [...until, atDeadline].join(': ') },
    { label: say(run, '请求编号', 'Request'), text: run.requestId },
  ];
}
