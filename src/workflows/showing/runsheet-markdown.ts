/** The run sheet as a Markdown table: what the Web UI shows as current details, and the report query. */
import type { RunStatus, ServerStatus, StepStatus } from '../messages.ts';
import { firstOf } from './many.ts';
import { criterionText, outcomeText, poolText, showDuration, stepStateText } from './words.ts';

/** Rows and lines that are shown of what grows with the fleet; the rest is counted. */
const ROWS = 20;
const LINES = 30;
const RUNNING = 5;
const TEXT_CHARACTERS = 4_000;
const POOL_COLUMN = 2;

/** The whole sheet. Pure: the same status gives the same text. */
export function runSheetMarkdown(status: RunStatus): string {
  return [
    heading(status),
    preflightNotes(status),
    stepTable(status),
    serverTable(status),
    notes(status),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function heading(status: RunStatus): string {
  const outcome = outcomeText(status.outcome, status.language);
  const lines = [
    `**${escapeCell(status.title)}** · ${escapeCell(status.service)} ${escapeCell(status.version)}` +
      ` → ${escapeCell(status.environment)} · **${outcome}**`,
  ];
  if (status.needsAttention !== null) lines.push(`> ⚠️ ${clipped(status.needsAttention)}`);
  if (status.failure !== null) {
    lines.push(`> ❌ ${status.failure.step}: ${clipped(status.failure.message)}`);
  }
  if (status.batch !== null) lines.push(`> ${batchText(status)}`);
  if (status.finishedAtMs === null && status.activity !== '') {
    lines.push(`> ${escapeText(status.activity)}`);
  }
  return lines.join('\n\n');
}

function clipped(text: string): string {
  return escapeText(text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}…` : text);
}

function batchText({ batch, language }: RunStatus): string {
  if (batch === null) return '';
  const names = escapeText(firstOf(batch.servers, ROWS).join(', '));
  return language === 'zh'
    ? `批次 ${batch.index}/${batch.count}：${names}`
    : `batch ${batch.index} of ${batch.count}: ${names}`;
}

/** What was not as it should be before anything was built; nothing where all was well. */
function preflightNotes({ preflight }: RunStatus): string {
  if (preflight === null) return '';
  const lines = preflight.findings.map(
    ({ subject, state, detail }) => `${state === 'failed' ? '✗' : '⚠'} ${subject}: ${detail}`,
  );
  const more = preflight.more === 0 ? [] : [`… +${preflight.more}`];
  return [...firstOf(lines, LINES), ...more].map((line) => `- ${escapeText(line)}`).join('\n');
}

function stepTable(status: RunStatus): string {
  if (status.steps.length === 0) return '';
  const zh = status.language === 'zh';
  const head = zh
    ? ['#', '步骤', '状态', '耗时', '依据']
    : ['#', 'Step', 'State', 'Duration', 'Evidence'];
  const rows = status.steps.map((step) =>
    row([
      String(step.number),
      escapeCell(step.title),
      unbroken(stepStateText(step.state, status.language)),
      unbroken(durationOf(step)),
      evidenceCell(step),
    ]),
  );
  return [`| ${head.join(' | ')} |`, '| ---: | --- | --- | ---: | --- |', ...rows].join('\n');
}

function serverTable(status: RunStatus): string {
  if (status.servers.length === 0) return '';
  // Where there is no pool, nothing is said of one.
  const hasPool = status.servers.some(({ pool }) => pool !== 'none');
  const columns = (cells: readonly string[]): readonly string[] =>
    hasPool ? cells : cells.filter((_, index) => index !== POOL_COLUMN);
  const head = columns(
    status.language === 'zh'
      ? ['服务器', '版本', '负载均衡', '正在']
      : ['Server', 'Version', 'Pool', 'Doing'],
  );
  const shown = [...status.servers].sort(byInterest).slice(0, ROWS);
  const rows = (status.servers.length <= ROWS ? status.servers : shown).map(
    ({ name, version, pool, doing, excluded }) =>
      row(
        columns([
          escapeCell(name),
          escapeCell(version ?? '–'),
          poolText(pool, status.language),
          escapeCell(excluded === undefined ? doing : `⚠ ${excludedText(status, excluded)}`),
        ]),
      ),
  );
  const rest = status.servers.length - rows.length;
  const more = rest === 0 ? [] : [row(columns([`… +${rest}`, '', restInPool(status), '']))];
  const rule = `|${head.map(() => ' --- |').join('')}`;
  return [`| ${head.join(' | ')} |`, rule, ...rows, ...more].join('\n');
}

function excludedText({ language }: RunStatus, why: string): string {
  return language === 'zh' ? `已排除：${why}` : `excluded: ${why}`;
}

/** Those that need attention first, then those at work; the order is the run's otherwise. */
function byInterest(a: ServerStatus, b: ServerStatus): number {
  const rank = ({ excluded, doing, pool }: ServerStatus): number =>
    excluded !== undefined ? 0 : doing !== '' ? 1 : pool === 'out' ? 2 : 3;
  return rank(a) - rank(b);
}

/** How many of all servers are in the pool. */
function restInPool({ servers, language }: RunStatus): string {
  const count = servers.filter((each) => each.pool === 'in').length;
  return `${count}/${servers.length} ${poolText('in', language)}`;
}

/** The Web UI draws tables without any room between columns: no-break spaces keep them apart. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `\u00a0${cell}\u00a0`).join(' | ')} |`;
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

function notes(status: RunStatus): string {
  const approval =
    status.approval?.votes.map((vote) => `✍ ${vote.by} (${vote.role}) ${vote.comment}`) ?? [];
  const lines = [
    ...approval,
    ...firstOf(status.rollback, LINES).map((line) => `↩ ${line}`),
    ...firstOf(status.warnings, LINES).map((line) => `⚠ ${line}`),
    ...status.refusals.map((line) => `⛔ ${line}`),
  ];
  return lines.map((line) => `- ${escapeText(line)}`).join('\n');
}

function evidenceCell(step: StepStatus): string {
  const parts = [
    ...(step.note === '' ? [] : [escapeCell(step.note)]),
    ...step.criteria.map((each) => escapeCell(criterionText(each))),
  ];
  if (parts.length > 0) return parts.join('<br>');
  const running = step.tasks.filter((task) => task.state === 'running');
  const texts = running.map((task) => `${task.server ?? ''} ${task.text}…`.trim());
  return firstOf(texts, RUNNING).map(escapeCell).join('<br>');
}

function durationOf(step: StepStatus): string {
  if (step.startedAtMs === null || step.finishedAtMs === null) return '';
  return showDuration(step.finishedAtMs - step.startedAtMs);
}

/** Text that people typed, inside a table: no cell ends early, no markup, no link, no HTML. */
function escapeCell(text: string): string {
  return escapeText(text).replaceAll('|', '\\|');
}

function escapeText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/gu, ' ').replace(/[\\`*_[\]#<&]/gu, '\\$&');
}
