/** The run sheet as lines of a terminal: steps, servers, approval, what happens now. Pure. */
import pc from 'picocolors';
import stringWidth from 'string-width';
import type { RunStatus, StepState, StepStatus } from '../../workflows/messages.ts';

export interface ViewOptions {
  readonly language: 'zh' | 'en';
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** For timers; default now. */
  readonly nowMs?: number;
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

/** No line is wider than `width`; control characters in people's text are shown, never obeyed. */
export function renderRunSheet(status: RunStatus, options: ViewOptions): string[] {
  const { language, width, nowMs = Date.now() } = options;
  const paint = pc.createColors(options.color);
  const zh = language === 'zh';
  const lines: string[] = [
    paint.bold(fit(`${status.title}  ${status.version} → ${status.environment}  [${status.outcome}]`, width)),
    fit(`${status.workflowId}  ${status.activity}`, width),
  ];
  const colour = { succeeded: paint.green, failed: paint.red, rolled_back: paint.yellow, running: paint.cyan, waiting: paint.yellow };
  for (const step of status.steps) {
    const shade = step.state in colour ? colour[step.state as keyof typeof colour] : paint.dim;
    lines.push(shade(fit(stepLine(step, nowMs), width)));
    for (const each of step.criteria) {
      const mark = each.passed ? '✓' : '✗';
      lines.push(fit(`      ${mark} ${each.text}  (${String(each.value ?? '?')}${each.detail === undefined ? '' : `; ${each.detail}`})`, width));
    }
  }
  for (const server of status.servers) {
    lines.push(fit(`  ${server.name}  ${server.version ?? '-'}  ${zh ? '负载均衡' : 'pool'}: ${server.pool}  ${server.doing}`, width));
  }
  lines.push(...approvalLines(status, zh, nowMs).map((line) => paint.yellow(fit(line, width))));
  if (status.failure !== null) {
    lines.push(paint.red(fit(`${zh ? '步骤' : 'step'} ${status.failure.step}: ${status.failure.type}: ${status.failure.message}`, width)));
  }
  for (const line of [...status.rollback, ...status.warnings, ...status.refusals]) lines.push(fit(`  ${line}`, width));
  if (status.needsPerson !== null) lines.push(paint.red(fit(status.needsPerson, width)));
  return lines;
}

function stepLine(step: StepStatus, nowMs: number): string {
  const spent = step.startedAtMs === null ? '' : `  ${seconds((step.finishedAtMs ?? nowMs) - step.startedAtMs)}`;
  const note = step.note === '' ? '' : `  ${step.note}`;
  return `${SIGNS[step.state]} ${String(step.number).padStart(2)}. ${step.title}${spent}${note}`;
}

function approvalLines({ approval }: RunStatus, zh: boolean, nowMs: number): readonly string[] {
  if (approval === null) return [];
  const left = seconds(Math.max(0, approval.expiresAtMs - nowMs));
  const votes = approval.votes.map((vote) => `${vote.by} (${vote.role}) ${vote.comment}`);
  return [`${zh ? '等待审批' : 'waits for approval'}: ${approval.roles.join(', ')}; ${approval.quorum}; ${zh ? '剩余' : 'left'} ${left}`, ...votes];
}

function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes}m${Math.floor((ms % 60_000) / 1000)}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** Escapes control and direction characters, as U+XXXX. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (char) => `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

/** Cut to columns, counting wide characters twice. */
export function fit(text: string, width: number): string {
  const plain = visible(text.replaceAll('\n', ' '));
  if (stringWidth(plain) <= width) return plain;
  let taken = '';
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(plain)) {
    const next = stringWidth(segment);
    if (columns + next > width - 1) break;
    taken += segment;
    columns += next;
  }
  return `${taken}…`;
}
