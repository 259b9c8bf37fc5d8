/** What has changed from one status to the next, as log lines. Pure. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { RunStatus, StepStatus } from '../../workflows/messages.ts';
import { sayIn } from '../language.ts';
import { waitingApproval } from './approval.ts';
import { detailBeside } from './criterion.ts';
import { lockWaitEvents } from './lock-wait.ts';
import { resolveLines } from './questions.ts';
import { visible } from './text.ts';
import { durationWord, outcomeWord, poolWord, stateWord } from './words.ts';

const REFUSED: Localized = { zh: '决定未被接受', en: 'decision refused' };
const NAME: Localized = { zh: '<姓名>', en: '<name>' };

/** @param before the last status that was printed; null: none yet */
export function eventLines(
  before: RunStatus | null,
  now: RunStatus,
  language: Language,
): readonly string[] {
  const lines = [
    ...added(before?.warnings, now.warnings).map((line) => `! ${line}`),
    ...now.steps.flatMap((step) => stepEvents(before, step, language)),
    ...lockWaitEvents(before, now, language),
    ...approvalEvents(before, now, language),
    ...serverEvents(before, now, language),
    ...added(before?.refusals, now.refusals).map(
      (line) => `⊘ ${sayIn(language)(REFUSED)}: ${line}`,
    ),
    ...added(before?.rollback, now.rollback).map((line) => `↶ ${line}`),
    ...endEvents(before, now, language),
  ];
  return lines.flatMap(linesIn).map(visible);
}

/** What people and programs wrote over several lines stays so. */
function linesIn(text: string): readonly string[] {
  const [first = '', ...rest] = text.trimEnd().split(/\r?\n/u);
  return [first, ...rest.map((line) => `     ${line}`)];
}

function added(before: readonly string[] | undefined, now: readonly string[]): readonly string[] {
  return now.slice(before?.length ?? 0);
}

function stepEvents(
  before: RunStatus | null,
  step: StepStatus,
  language: Language,
): readonly string[] {
  const former = before?.steps.find((each) => each.number === step.number)?.state ?? 'pending';
  if (step.state === former) return [];
  const ended =
    step.startedAtMs !== null &&
    step.finishedAtMs !== null &&
    step.state !== 'skipped' &&
    step.state !== 'rolled_back';
  const spent = ended
    ? ` ${durationWord((step.finishedAtMs ?? 0) - (step.startedAtMs ?? 0), language)}`
    : '';
  const note = step.note === '' ? '' : ` (${step.note})`;
  const line = `${step.number}. ${step.title}: ${stateWord(step.state, language)}${spent}${note}`;
  const missed = step.state === 'failed' ? step.criteria.filter((each) => !each.passed) : [];
  return [
    line,
    ...missed.map((each) => {
      const detail = detailBeside(step, each);
      return `     ✗ ${each.text}  ${String(each.value ?? '?')}${detail === '' ? '' : `  (${detail})`}`;
    }),
  ];
}

function approvalEvents(
  before: RunStatus | null,
  now: RunStatus,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const approval = waitingApproval(now);
  const lines: string[] = [];
  if (approval !== null && (before === null || waitingApproval(before) === null)) {
    const at = new Date(approval.expiresAtMs).toISOString();
    const by = `--by ${say(NAME)}`;
    const until = say({ zh: `截止 ${at}`, en: `until ${at}` });
    lines.push(
      `   ${approval.roles.join(', ')}; ${approval.quorum}; ${until}`,
      `   runsheet approve ${now.workflowId} ${by}`,
      `   runsheet reject ${now.workflowId} ${by}`,
    );
  }
  const votes = now.approval?.votes.slice(before?.approval?.votes.length ?? 0) ?? [];
  return [
    ...lines,
    ...votes.map((vote) => `   ✓ ${vote.by} (${vote.role}) ${vote.comment}`.trimEnd()),
  ];
}

/** Servers whose version or pool state has changed, as far as it is known. */
function serverEvents(
  before: RunStatus | null,
  now: RunStatus,
  language: Language,
): readonly string[] {
  return now.servers.flatMap(({ name, version, pool }) => {
    const former = before?.servers.find((each) => each.name === name);
    const isKnown =
      (pool !== 'unknown' && pool !== 'none') ||
      (former !== undefined && former.version !== version);
    if (!isKnown || (former?.version === version && former.pool === pool)) return [];
    const place = poolWord(pool, language);
    return [`   ${[`${name}: ${version ?? '–'}`, place].filter((each) => each !== '').join(', ')}`];
  });
}

function endEvents(
  before: RunStatus | null,
  now: RunStatus,
  language: Language,
): readonly string[] {
  if (before?.outcome === now.outcome || now.outcome === 'running') return [];
  const lines = [`= ${outcomeWord(now.outcome, language)}`];
  if (now.needsAttention === null) return lines;
  return [...lines, now.needsAttention, ...resolveLines(now, language).map((line) => `   ${line}`)];
}
