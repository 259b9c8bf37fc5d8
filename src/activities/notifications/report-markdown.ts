/** The report of a run as Markdown, in the run's language. */
import type { CriterionEvidence, ReportStep, RunReport } from '../../plan/run.ts';
import { escapeMarkdown, markdownList, markdownTable } from './markdown.ts';

type Words = Readonly<Record<WordId, string>>;
type WordId =
  | 'report'
  | 'status'
  | 'service'
  | 'environment'
  | 'version'
  | 'revision'
  | 'image'
  | 'servers'
  | 'requestedBy'
  | 'started'
  | 'duration'
  | 'people'
  | 'withoutService'
  | 'plan'
  | 'request'
  | 'steps'
  | 'step'
  | 'state'
  | 'evidence'
  | 'criterion'
  | 'measured'
  | 'threshold'
  | 'result'
  | 'passed'
  | 'failed'
  | 'unmeasured'
  | 'rollback'
  | 'decisions'
  | 'skips'
  | 'warnings'
  | 'metrics'
  | 'metric'
  | 'value'
  | 'notification'
  | 'field';

const WORDS: Readonly<Record<'zh' | 'en', Words>> = {
  zh: {
    report: '部署报告',
    status: '状态',
    service: '服务',
    environment: '环境',
    version: '版本',
    revision: '提交',
    image: '镜像',
    servers: '服务器',
    requestedBy: '请求人',
    started: '开始时间',
    duration: '总时长',
    people: '其中等待人员',
    withoutService: '无服务时长',
    plan: '计划摘要',
    request: '请求',
    steps: '步骤',
    step: '步骤',
    state: '状态',
    evidence: '证据',
    criterion: '成功条件',
    measured: '测得',
    threshold: '要求',
    result: '结果',
    passed: '通过',
    failed: '未通过',
    unmeasured: '未测得',
    rollback: '回滚',
    decisions: '审批',
    skips: '跳过',
    warnings: '警告',
    metrics: '监控指标',
    metric: '指标',
    value: '值',
    notification: '通知内容',
    field: '项目',
  },
  en: {
    report: 'Deployment report',
    status: 'Status',
    service: 'Service',
    environment: 'Environment',
    version: 'Version',
    revision: 'Commit',
    image: 'Image',
    servers: 'Servers',
    requestedBy: 'Requested by',
    started: 'Started',
    duration: 'Total time',
    people: 'of it waiting for people',
    withoutService: 'Time without service',
    plan: 'Plan digest',
    request: 'Request',
    steps: 'Steps',
    step: 'Step',
    state: 'State',
    evidence: 'Evidence',
    criterion: 'Criterion',
    measured: 'Measured',
    threshold: 'Required',
    result: 'Result',
    passed: 'passed',
    failed: 'failed',
    unmeasured: 'not measured',
    rollback: 'Rollback',
    decisions: 'Decisions',
    skips: 'Skipped',
    warnings: 'Warnings',
    metrics: 'Metrics',
    metric: 'Metric',
    value: 'Value',
    notification: 'Notification',
    field: 'Item',
  },
};

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
    [words.image, report.image === null ? '-' : `${report.image.tag} (${report.image.digest})`],
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
