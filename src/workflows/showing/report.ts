/** What report, notification and record are written from: one value, taken from the status. */

import { fillTemplate } from '../../actions/templates.ts';
import type { RunOutcome, RunReport } from '../../plan/run.ts';
import { serversInRun } from '../fleet/scope.ts';
import { explainEvidence } from '../judging/criteria.ts';
import {
  type DecisionsPart,
  type InLanguage,
  type PinnedPart,
  type ProgressPart,
  presentationOf,
  type RunIdentity,
  type ShownPart,
  type TolerantParts,
} from '../run.ts';
import { reportMetrics } from './metrics.ts';
import { outcomeText, showDuration } from './words.ts';

type ReportedParts = TolerantParts & DecisionsPart & PinnedPart & ProgressPart;

/** The report as of now. While a notification step runs, the run's outcome is already known. */
export function buildReport(run: ReportedParts): RunReport {
  const { status, ref } = run;
  const durationMs = (status.finishedAtMs ?? Date.now()) - status.startedAtMs;
  const outcome: RunOutcome = run.verdict ?? status.outcome;
  const statusText = outcomeText(outcome, ref.language);
  return {
    status: outcome,
    statusText,
    run: ref,
    title: status.title,
    servers: serversInRun(run),
    startedAtMs: status.startedAtMs,
    durationMs,
    peopleMs: run.peopleMs,
    withoutServiceMs: run.availability.withoutServiceMs(Date.now()),
    revision: run.source?.revision ?? null,
    image: run.image ?? null,
    steps: status.steps.map((step) => ({
      number: step.number,
      title: step.title,
      state: step.state,
      durationMs:
        step.startedAtMs === null ? 0 : (step.finishedAtMs ?? Date.now()) - step.startedAtMs,
      criteria: step.criteria,
      lines: linesOf(run, step.number),
    })),
    rollback: status.rollback,
    decisions: run.decisions,
    approvals: [...run.approvals.values()].flat(),
    ...(run.afterwards.outcome !== null && { afterwards: run.afterwards.outcome }),
    skips: status.steps.flatMap((step) =>
      step.state === 'skipped' ? [`${step.number} ${step.title}: ${step.note}`] : [],
    ),
    warnings: status.warnings,
    metrics: reportMetrics(run, durationMs),
    notification: notificationLines(run, { durationMs, statusText }),
  };
}

/** The template's own lines, with parameters, `${total_duration}` and `${status}` filled in. */
function notificationLines(
  run: RunIdentity,
  { durationMs, statusText }: { durationMs: number; statusText: string },
): RunReport['notification'] {
  const values = {
    ...run.resolved.parameters,
    environment: run.ref.environment,
    version: run.ref.version,
    servers: run.resolved.servers,
    service: run.ref.service,
    total_duration: showDuration(durationMs),
    status: statusText,
  };
  return run.plan.steps.flatMap((step) =>
    presentationOf(run.plan, step.number).notification.map((line) => ({
      label: line.label,
      text: fillTemplate(line.template, values).replaceAll('`', ''),
    })),
  );
}

function linesOf(run: ShownPart & InLanguage, number: number): string[] {
  const step = run.status.steps.find((each) => each.number === number);
  if (step === undefined) return [];
  const tasks = step.tasks.map((task) => {
    const place = task.server ?? (task.servers === undefined ? '' : `${task.servers} ×`);
    const duration = task.durationMs === null ? '' : ` (${showDuration(task.durationMs)})`;
    const evidence = task.evidence.length === 0 ? '' : `: ${task.evidence.join('; ')}`;
    return `${place === '' ? '' : `${place} `}${task.text}${duration}${evidence}`;
  });
  const note = step.note === '' ? [] : [step.note];
  const failed = step.criteria.filter((each) => !each.passed);
  return [...note, ...failed.map((each) => explainEvidence(run, each)), ...tasks];
}
