/** The report of a run as Markdown, in the run's language. */
import type { CriterionEvidence, ReportStep, RunReport } from '../../plan/run.ts';
import { escapeMarkdown, markdownList, markdownTable } from './markdown.ts';
import { WORDS, type Words } from './report-words.ts';

/** @returns the whole document, ending in a line break. Text of people and servers is escaped. */
export function reportMarkdown(report: RunReport): string {
  const words = WORDS[report.run.language];
  const lines = [
    `# ${words.report}: ${escapeMarkdown(report.title)}`,
    '',
    ...markdownTable([words.field, words.value], summaryRows(report, words)),
    ...section(words.notification, notificationLines(report)),
    ...section(words.skips, markdownList(report.skips)),
    ...section(words.decisions, markdownList(report.decisions)),
    ...section(words.steps, stepTable(report.steps, words)),
    ...report.steps.flatMap((step) => stepLines(step, words)),
    ...section(words.rollback, markdownList(report.rollback)),
    ...section(words.warnings, markdownList(report.warnings)),
    ...section(words.metrics, metricTable(report, words)),
  ];
  return `${lines.join('\n')}\n`;
}

function summaryRows(report: RunReport, words: Words): readonly (readonly string[])[] {
  const { run } = report;
  return [
    [words.status, report.statusText],
    [words.service, run.service],
    [words.environment, run.environment],
    [words.version, run.version],
    [words.revision, report.revision ?? '-'],
    [words.image, imageText(report)],
    [words.servers, report.servers.join(', ')],
    [words.requestedBy, run.requestedBy],
    [words.started, new Date(report.startedAtMs).toISOString()],
    [words.duration, duration(report.durationMs)],
    [words.people, duration(report.peopleMs)],
    [words.withoutService, duration(report.withoutServiceMs)],
    [words.plan, run.planDigest],
    [words.request, `${run.workflowId} / ${run.requestId}`],
  ];
}

/** An image that was named by its digest has no tag. */
function imageText({ image }: RunReport): string {
  if (image === null) return '-';
  return image.tag === '' ? image.digest : `${image.tag} (${image.digest})`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

function notificationLines(report: RunReport): readonly string[] {
  return markdownList(report.notification.map(({ label, text }) => `${label}: ${text}`));
}

function stepTable(steps: readonly ReportStep[], words: Words): readonly string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ number, title, state, durationMs }) => [
    `${number}. ${title}`,
    state,
    duration(durationMs),
  ]);
  return markdownTable([words.step, words.state, words.duration], rows);
}

function stepLines(step: ReportStep, words: Words): readonly string[] {
  const criteria = step.criteria.map((criterion) => criterionRow(criterion, words));
  const header = [words.criterion, words.measured, words.threshold, words.result, words.evidence];
  const body = [
    ...(criteria.length === 0 ? [] : [...markdownTable(header, criteria), '']),
    ...markdownList(step.lines),
  ];
  if (body.length === 0) return [];
  return ['', `### ${step.number}. ${escapeMarkdown(step.title)}`, '', ...body];
}

function criterionRow(criterion: CriterionEvidence, words: Words): readonly string[] {
  const { text, value, comparison, threshold, passed, detail } = criterion;
  const outcome = passed ? words.passed : value === null ? words.unmeasured : words.failed;
  return [
    text,
    value === null ? '-' : String(value),
    `${comparison} ${threshold}`,
    outcome,
    detail ?? '',
  ];
}

function metricTable(report: RunReport, words: Words): readonly string[] {
  const rows = Object.entries(report.metrics).map(([name, value]) => [name, String(value)]);
  return rows.length === 0 ? [] : markdownTable([words.metric, words.value], rows);
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${Math.floor(seconds % 60)} s`;
  if (minutes < 60) return `${minutes} min ${rest}`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min ${rest}`;
}
