/** The approval request, its reminder and its end, on the channels that the step names. */

import { say } from '../../diagnostics/language.ts';
import type { Notification } from '../../ports/notifier.ts';
import type { AnnounceApprovalInput, SystemActivities } from '../contract.ts';
import { deliver, type NotificationPorts } from './channels.ts';

const WEB_UI = 'Web UI';

/**
 * Never fails: the terminal and the Web UI show every request, so a broken channel is a line in
 * `failed`. The activity's result says who really got it. A channel that the project has not
 * configured is left out: compiling the template has warned of it.
 */
export async function announce(
  ports: NotificationPorts,
  input: AnnounceApprovalInput,
): ReturnType<SystemActivities['announceApproval']> {
  const { run } = input;
  const notifiers = ports.notifiers.filter(({ channel }) => input.channels.includes(channel));
  const sent = await deliver(ports.artifacts, notifiers, {
    requestId: run.requestId,
    name: messageName(input),
    message: await approvalMessage(ports, input),
  });
  const delivered = sent.flatMap(({ channel, to }) => (to === null ? [] : [`${channel}: ${to}`]));
  return {
    delivered: delivered.length > 0 ? delivered : [WEB_UI],
    failed: sent.flatMap(({ channel, to, reason }) =>
      to === null ? [`${channel}: ${reason}`] : [],
    ),
  };
}

/** A request that is asked again, because what it was about changed, expires at another time. */
function messageName({ step, kind, expiresAtMs }: AnnounceApprovalInput): string {
  return `approval-${step}-${kind}-${Math.trunc(expiresAtMs)}`;
}

async function approvalMessage(
  { recipientsOf }: NotificationPorts,
  input: AnnounceApprovalInput,
): Promise<Notification> {
  const { run, kind, step } = input;
  const closed = kind === 'closed';
  return {
    kind: closed ? 'approval-closed' : kind === 'reminder' ? 'reminder' : 'approval',
    title: title(input),
    lines: input.lines,
    fields: approvalFields(input),
    ...(!closed && {
      request: { workflowId: run.workflowId, requestId: run.requestId, step },
    }),
    severity: 'info',
    language: run.language,
    recipients: (await recipientsOf?.(input.approverRoles)) ?? [],
  };
}

function title({ run, kind, title: step, outcome }: AnnounceApprovalInput): string {
  const what = `${run.service} ${run.version} → ${run.environment}`;
  switch (kind) {
    case 'request':
      return say(run, `${step}：等待审批 ${what}`, `${step}: approval needed for ${what}`);
    case 'reminder':
      return say(run, `${step}：即将到期 ${what}`, `${step}: expires soon, ${what}`);
    case 'closed':
      return say(
        run,
        `${step}：${outcome ?? '已结束'} ${what}`,
        `${step}: ${outcome ?? 'closed'}, ${what}`,
      );
  }
}

function approvalFields(input: AnnounceApprovalInput): Notification['fields'] {
  const { run } = input;
  return [
    { label: say(run, '请求人', 'Requested by'), text: run.requestedBy },
    { label: say(run, '服务器', 'Servers'), text: input.servers.join(', ') },
    { label: say(run, '审批角色', 'Approvers'), text: input.approverRoles.join(', ') },
    { label: say(run, '截止时间', 'Expires'), text: new Date(input.expiresAtMs).toISOString() },
    { label: say(run, '请求编号', 'Request'), text: run.requestId },
    { label: say(run, '计划摘要', 'Plan digest'), text: run.planDigest },
  ];
}
