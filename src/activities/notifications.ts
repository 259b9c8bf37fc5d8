/** The last step of a run sheet: the report, the messages and the record; and approval requests. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActionInput, ActionResult, RunOutcome, RunReport } from '../plan/run.ts';
import type { Notification } from '../ports/notifier.ts';
import { announce } from './announce.ts';
import { say } from './context.ts';
import type { ActionActivities, SystemActivities } from './contract.ts';
import { deliver, type NotificationPorts } from './notifications/channels.ts';
import { reportMarkdown } from './notifications/report-markdown.ts';

export type NotificationActivities = Pick<
  ActionActivities,
  'report.write' | 'notify.send' | 'record.update'
> &
  Pick<SystemActivities, 'announceApproval'>;

/** A channel that does not answer is asked again this often before the others' delivery is enough. */
const ATTEMPTS_FOR_ALL = 2;

/** @param ports `notifiers` holds the channels that the project has configured, at most one of a kind */
export function createNotificationActivities(ports: NotificationPorts): NotificationActivities {
  return {
    'report.write': (input) => writeReport(ports, input),
    'notify.send': (input) => sendResult(ports, input),
    'record.update': (input) => updateRecord(ports, input),
    announceApproval: (input) => announce(ports, input),
  };
}

async function writeReport(
  { artifacts }: NotificationPorts,
  input: ActionInput,
): Promise<ActionResult> {
  const report = reportOf(input);
  const reference = await artifacts.write(
    report.run.requestId,
    'report.md',
    reportMarkdown(report),
  );
  const line = say(input.run, `部署报告：${reference}`, `Report: ${reference}`);
  return { facts: [], evidence: [line], artifacts: [reference] };
}

async function sendResult(ports: NotificationPorts, input: ActionInput): Promise<ActionResult> {
  const report = reportOf(input);
  if (ports.notifiers.length === 0) {
    const line = say(
      input.run,
      '没有配置通知方式：结果见终端和 Web UI',
      'No channel is configured: the terminal and the Web UI show the result',
    );
    return { facts: [], evidence: [line] };
  }
  const sent = await deliver(ports.artifacts, ports.notifiers, {
    requestId: input.run.requestId,
    name: `result-${input.step}-${report.status}`,
    message: resultMessage(report),
  });
  const evidence = sent.map(({ channel, to, reason }) =>
    to === null
      ? say(input.run, `${channel}：未送达，${reason}`, `${channel}: not delivered, ${reason}`)
      : `${channel}: ${to}`,
  );
  const failed = sent.filter(({ to }) => to === null).length;
  const enough = failed === 0 || (failed < sent.length && attempt() >= ATTEMPTS_FOR_ALL);
  if (!enough) throw ApplicationFailure.retryable(evidence.join('; '), 'NOT_DELIVERED');
  return { facts: [], evidence };
}

function resultMessage(report: RunReport): Notification {
  const { run } = report;
  return {
    kind: 'result',
    title: `${report.statusText}: ${run.service} ${run.version} → ${run.environment}`,
    lines: [...report.skips, ...report.warnings, ...report.rollback],
    fields: report.notification,
    severity: SEVERITY[report.status],
    language: run.language,
    recipients: [],
  };
}

const SEVERITY: Readonly<Record<RunOutcome, Notification['severity']>> = {
  running: 'info',
  succeeded: 'success',
  failed: 'failure',
  rolled_back: 'failure',
  rejected: 'info',
  expired: 'info',
  cancelled: 'info',
  needs_person: 'failure',
};

async function updateRecord(
  { records }: NotificationPorts,
  input: ActionInput,
): Promise<ActionResult> {
  const report = reportOf(input);
  const { run } = report;
  await records.write({
    requestId: run.requestId,
    workflowId: run.workflowId,
    service: run.service,
    environment: run.environment,
    version: run.version,
    revision: report.revision,
    digest: report.image?.digest ?? null,
    planDigest: run.planDigest,
    outcome: report.status,
    requestedBy: run.requestedBy,
    startedAtMs: report.startedAtMs,
    durationMs: report.durationMs,
    servers: report.servers,
    report: reportMarkdown(report),
  });
  const line = say(input.run, `部署记录：${run.requestId}`, `Record: ${run.requestId}`);
  return { facts: [], evidence: [line] };
}

function reportOf({ report, step }: ActionInput): RunReport {
  if (report !== undefined) return report;
  throw ApplicationFailure.nonRetryable(`Step ${step} was started without a report.`, 'INVALID');
}

function attempt(): number {
  return Context.current().info.attempt;
}
