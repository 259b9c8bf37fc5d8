/** The last step of a run sheet: the report, the messages and the record; and approval requests. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { sendResult, updateRecord, writeReport } from '../../actions/run/report.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunOutcome, RunReport } from '../../plan/run.ts';
import type { Notification } from '../../ports/notifier.ts';
import type { ActionActivities, SystemActivities } from '../contract.ts';
import { implement, type OutcomeOf, type WorkOf } from '../implement.ts';
import { announce } from '../notifications/announce.ts';
import { announceQuestion } from '../notifications/announce-question.ts';
import { deliver, type NotificationPorts } from '../notifications/channels.ts';
import { reportMarkdown } from '../notifications/report-markdown.ts';
import { keepRun } from './kept-output.ts';

type TellingWork = WorkOf<typeof writeReport>;
type Told = OutcomeOf<typeof writeReport>;

/** A channel that does not answer is asked again this often before the others' delivery is enough. */
const ATTEMPTS_FOR_ALL = 2;

/** @param ports `notifiers` holds the channels that the project has configured, at most one of a kind */
export function createReportActivities(
  ports: NotificationPorts,
): Pick<ActionActivities, 'report.write' | 'notify.send' | 'record.update'> &
  Pick<SystemActivities, 'announceApproval' | 'announceQuestion'> {
  return {
    ...implement(writeReport, (work) => keepReport(ports, work)),
    ...implement(sendResult, (work) => send(ports, work)),
    ...implement(updateRecord, (work) => writeRecord(ports, work)),
    announceApproval: (input) => announce(ports, input),
    announceQuestion: (input) => announceQuestion(ports, input),
  };
}

async function keepReport(
  { artifacts }: NotificationPorts,
  { report }: TellingWork,
): Promise<Told> {
  const { run } = report;
  await keepRun(artifacts, run);
  await artifacts.write(run.requestId, 'report.md', reportMarkdown(report));
  const shown = `runsheet logs ${run.workflowId} --report`;
  return told([say(run, `部署报告：${shown}`, `Report: ${shown}`)]);
}

async function send(ports: NotificationPorts, input: TellingWork): Promise<Told> {
  const { report } = input;
  if (ports.notifiers.length === 0) {
    const line = say(
      input.run,
      '没有配置通知方式：结果见终端和 Web UI',
      'No channel is configured: the terminal and the Web UI show the result',
    );
    return told([line]);
  }
  const sent = await deliver(ports.artifacts, ports.notifiers, {
    requestId: input.run.requestId,
    name: `result-${input.step}-${report.status}${report.afterwards === undefined ? '' : '-afterwards'}`,
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
  return told(evidence);
}

function resultMessage(report: RunReport): Notification {
  const { run } = report;
  return {
    kind: 'result',
    title: `${titleOf(report)}: ${run.service} ${run.version} → ${run.environment}`,
    lines: [...report.skips, ...report.warnings, ...report.rollback],
    fields: report.notification,
    severity: SEVERITY[report.status],
    language: run.language,
    recipients: [],
  };
}

function titleOf({ statusText, afterwards }: RunReport): string {
  return afterwards === undefined ? statusText : `${statusText}, ${afterwards}`;
}

const SEVERITY: Readonly<Record<RunOutcome, Notification['severity']>> = {
  running: 'info',
  succeeded: 'success',
  failed: 'failure',
  rolled_back: 'failure',
  rejected: 'info',
  expired: 'info',
  superseded: 'info',
  cancelled: 'info',
  needs_attention: 'failure',
};

async function writeRecord({ records }: NotificationPorts, { report }: TellingWork): Promise<Told> {
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
    approvals: report.approvals,
    startedAtMs: report.startedAtMs,
    durationMs: report.durationMs,
    servers: report.servers,
    report: reportMarkdown(report),
  });
  return told([say(run, `部署记录：${run.requestId}`, `Record: ${run.requestId}`)]);
}

function told(evidence: readonly string[]): Told {
  return { facts: {}, evidence };
}

function attempt(): number {
  return Context.current().info.attempt;
}
