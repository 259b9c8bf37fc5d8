/** The run sheet as lines of a terminal: steps, servers, approval, what happens now. Pure. */
import pc from 'picocolors';
import stringWidth from 'string-width';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { CriterionEvidence } from '../../plan/run.ts';
import type { RunStatus, StepState, StepStatus } from '../../workflows/messages.ts';
import { type Say, sayIn } from '../language.ts';
import { waitingApproval } from './approval.ts';
import { detailBeside } from './criterion.ts';
import { lockWaitLines } from './lock-wait.ts';
import { resolveLines } from './questions.ts';
import { fit, fold, pad } from './text.ts';
import { countdown, durationWord, outcomeWord, poolWord, stateWord } from './words.ts';

export interface ViewOptions {
  readonly language: Language;
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** For timers; default now. */
  readonly nowMs?: number;
  /** Omits what went well: for a window with few lines. */
  readonly compact?: boolean;
}

const SIGNS: Readonly<Record<StepState, string>> = {
  pending: '·',
  running: '▶',
  waiting: '?',
  succeeded: '✓',
  skipped: '-',
  failed: '✗',
  rolled_back: '↶',
  not_reached: ' ',
};

/** Lines of a list that grows with the fleet. */
const ROWS = 20;

type Paint = ReturnType<typeof pc.createColors>;

/** No line is wider than `width`; control characters in people's text are shown, never interpreted. */
export function renderRunSheet(status: RunStatus, options: ViewOptions): string[] {
  const { language, width, nowMs = Date.now() } = options;
  const paint = pc.createColors(options.color);
  const say = sayIn(language);
  const spentMs = (status.finishedAtMs ?? nowMs) - status.startedAtMs;
  const lines = [
    paint.bold(fit(`${status.title}  ${status.version} → ${status.environment}`, width)),
    fit(
      `${status.workflowId}  ${outcomeWord(status.outcome, language)}  ${durationWord(spentMs, language)}${requesterOf(status, say)}`,
      width,
    ),
    '',
  ];
  const titleWidth = Math.min(
    40,
    Math.max(8, ...status.steps.map((step) => stringWidth(step.title))),
  );
  for (const step of status.steps) {
    lines.push(shade(paint, step.state)(fit(stepLine(step, titleWidth, language, nowMs), width)));
    lines.push(...detailLines(step, options, paint));
  }
  lines.push(...findingLines(status, width).map((line) => paint.yellow(line)));
  lines.push('', ...batchLines(status, say, width), ...serverLines(status, language, width));
  const queued = lockWaitLines(status, language, nowMs);
  if (status.finishedAtMs === null && status.activity !== '' && queued.length === 0)
    lines.push(paint.cyan(fit(`▶ ${status.activity}`, width)));
  lines.push(
    ...queued.map((line) => paint.yellow(fit(line, width))),
    ...approvalLines(status, options, nowMs).map((line) => paint.yellow(fit(line, width))),
  );
  lines.push(...endLines(status, options, paint));
  return lines;
}

function requesterOf({ requestedBy }: RunStatus, say: Say): string {
  if (requestedBy === '') return '';
  return `  ${say({ zh: '申请人', en: 'requested by' })} ${requestedBy}`;
}

function stepLine(step: StepStatus, titleWidth: number, language: Language, nowMs: number): string {
  const spent =
    step.startedAtMs === null
      ? ''
      : durationWord((step.finishedAtMs ?? nowMs) - step.startedAtMs, language);
  const state = step.state === 'pending' ? '' : stateWord(step.state, language);
  // A failure's reason has lines of its own below the sheet.
  const note = step.note === '' || step.state === 'failed' ? '' : `  (${step.note})`;
  return `${SIGNS[step.state]} ${String(step.number).padStart(2)}. ${pad(step.title, titleWidth)}  ${state}${spent === '' ? '' : `  ${spent}`}${note}`.trimEnd();
}

/** Criteria with measured values; while a step runs, the tasks under way. */
function detailLines(
  step: StepStatus,
  { width, compact = false }: ViewOptions,
  paint: Paint,
): readonly string[] {
  const criteria =
    compact && step.state !== 'failed'
      ? step.criteria.filter((each) => !each.passed)
      : step.criteria;
  const lines = criteria.map((each) =>
    (each.passed ? paint.dim : paint.red)(fit(`       ${criterionLine(step, each)}`, width)),
  );
  if (step.state !== 'running' || compact) return lines;
  const running = step.tasks.filter((task) => task.state === 'running' && task.server === null);
  return [...lines, ...running.map((task) => paint.cyan(fit(`       … ${task.text}`, width)))];
}

/** `✓ 测试通过率 >= 95%  96 (48 of 50 passed)`; without the detail where the step's failure tells it. */
function criterionLine(step: StepStatus, criterion: CriterionEvidence): string {
  const { passed, text, value } = criterion;
  const measured = typeof value === 'boolean' ? '' : `  ${String(value ?? '?')}`;
  const detail = detailBeside(step, criterion);
  return `${passed ? '✓' : '✗'} ${text}${measured}${detail === '' ? '' : `  (${detail})`}`;
}

/** Problems that preflight found; a failure repeats them, with the remedy. */
function findingLines({ preflight }: RunStatus, width: number): readonly string[] {
  if (preflight === null || preflight.state === 'failed') return [];
  const lines = preflight.findings
    .slice(0, ROWS)
    .map(({ subject, detail }) => `! ${subject}: ${detail}`);
  const rest = preflight.findings.length + preflight.more - lines.length;
  return [...lines, ...(rest === 0 ? [] : [`  … +${rest}`])].map((line) => fit(line, width));
}

function batchLines({ batch }: RunStatus, say: Say, width: number): readonly string[] {
  if (batch === null) return [];
  const { index, count, servers } = batch;
  const text = say({ zh: `批次 ${index}/${count}：`, en: `batch ${index} of ${count}: ` });
  return [fit(`${text}${servers.join(', ')}`, width)];
}

function serverLines(status: RunStatus, language: Language, width: number): readonly string[] {
  const nameWidth = Math.min(
    30,
    Math.max(0, ...status.servers.map((server) => stringWidth(server.name))),
  );
  // Of a fleet, the servers that need attention or are being changed come first.
  const isMany = status.servers.length > ROWS;
  const ranked = isMany ? [...status.servers].sort((a, b) => rank(a) - rank(b)) : status.servers;
  const rest = isMany ? [`  … +${status.servers.length - ROWS}`] : [];
  const label = sayIn(language)({ zh: '已排除：', en: 'excluded: ' });
  const lines = ranked.slice(0, ROWS).map(({ name, version, pool, doing, excluded }) => {
    const doingNow = doing === '' ? '' : `  … ${doing}`;
    const why = excluded === undefined ? doingNow : `  ! ${label}${excluded}`;
    return fit(
      `  ${pad(name, nameWidth)}  ${pad(version ?? '–', 14)}  ${poolWord(pool, language)}${why}`.trimEnd(),
      width,
    );
  });
  return [...lines, ...rest];
}

function rank({ excluded, doing, pool }: RunStatus['servers'][number]): number {
  if (excluded !== undefined) return 0;
  return doing !== '' ? 1 : pool === 'in' ? 3 : 2;
}

function approvalLines(
  status: RunStatus,
  { language }: ViewOptions,
  nowMs: number,
): readonly string[] {
  const approval = waitingApproval(status);
  if (approval === null) return [];
  const say = sayIn(language);
  const left = countdown(approval.expiresAtMs - nowMs);
  const roles = approval.roles.join(', ');
  const name = say({ zh: '<姓名>', en: '<name>' });
  const reason = say({ zh: '<原因>', en: '<reason>' });
  return [
    say({
      zh: `等待审批：${roles}；${approval.quorum}；剩余 ${left}`,
      en: `waiting for approval: ${roles}; ${approval.quorum}; ${left} left`,
    }),
    ...approval.votes.map((vote) => `  ✓ ${vote.by} (${vote.role}) ${vote.comment}`.trimEnd()),
    `  runsheet approve ${status.workflowId} --by ${name}`,
    `  runsheet reject ${status.workflowId} --by ${name} --comment ${reason}`,
  ];
}

function endLines(
  status: RunStatus,
  { language, width }: ViewOptions,
  paint: Paint,
): readonly string[] {
  const say = sayIn(language);
  const lines: string[] = [];
  if (status.failure !== null) {
    const { step, type, message } = status.failure;
    const title = status.steps.find((each) => each.number === step)?.title ?? '';
    const place = say({ zh: `步骤 ${step}`, en: `step ${step}` });
    lines.push(paint.red(fit(`✗ ${place} ${title}: ${type}`, width)));
    lines.push(...fold(message, width, '    ').map((line) => paint.red(line)));
  }
  if (status.rollback.length > 0)
    lines.push(paint.yellow(say({ zh: '已回滚：', en: 'rolled back:' })));
  lines.push(...status.rollback.map((line) => fit(`  ↶ ${line}`, width)));
  if (status.withoutServiceMs > 0) {
    const spent = durationWord(status.withoutServiceMs, language);
    lines.push(
      fit(say({ zh: `无服务时长：${spent}`, en: `time without service: ${spent}` }), width),
    );
  }
  lines.push(...status.warnings.map((line) => paint.yellow(fit(`! ${line}`, width))));
  const refused = say({ zh: '决定未被接受', en: 'decision refused' });
  lines.push(...status.refusals.map((line) => paint.yellow(fit(`⊘ ${refused}: ${line}`, width))));
  if (status.needsAttention === null) return lines;
  return [
    ...lines,
    ...fold(status.needsAttention, width).map((line) => paint.red(line)),
    ...resolveLines(status, language).map((line) => fit(`  ${line}`, width)),
  ];
}

function shade(paint: Paint, state: StepState): (text: string) => string {
  if (state === 'succeeded') return paint.green;
  if (state === 'failed') return paint.red;
  if (state === 'rolled_back' || state === 'waiting') return paint.yellow;
  return state === 'running' ? paint.cyan : paint.dim;
}
