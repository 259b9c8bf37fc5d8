/** What a failure in each step means for the servers of a run, and for each batch. Pure. */
import {
  batchesOf,
  failureRanges,
  failureRangesLater,
  type Outlook,
  outlookOf,
  rangeText,
} from '../../compiler/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { MOST_BATCHES, namesOf, restLine } from './batches.ts';
import { rangeEn, rangeZh } from './counted.ts';

/** Lines such as `steps 6–7: the old version is restored`, below the servers that they hold for. */
export function failureLines(run: ResolvedRun, language: Language): readonly string[] {
  const outlook = outlookOf(run);
  const { rolling } = run.plan;
  const turns = turnsIn(outlook, null);
  if (rolling === undefined) {
    const lines = rangeLines(outlook, turns, language);
    return [run.servers.join(', '), ...lines.map((line) => `  ${line}`)];
  }
  const first = outlook.course.turns.findIndex(({ batch }) => batch !== null);
  const batches = first === -1 ? [] : batchesOf(run.servers, rolling);
  return [
    ...rangeLines(
      outlook,
      turns.filter((index) => index < first),
      language,
    ),
    ...batches.slice(0, MOST_BATCHES).flatMap((servers, index) => [
      sayIn(language)({
        zh: `批次 ${index + 1}：${namesOf(servers, language)}`,
        en: `batch ${index + 1}: ${namesOf(servers, language)}`,
      }),
      ...batchLines(outlook, { servers, index, count: batches.length }, language),
    ]),
    ...restLine(batches.length, language),
    ...rangeLines(
      outlook,
      turns.filter((index) => index > first),
      language,
    ),
  ];
}

/** The turns of one batch; null: those outside the batches. */
function turnsIn({ course }: Outlook, batch: number | null): readonly number[] {
  return course.turns.flatMap((turn, index) => (turn.batch === batch ? [index] : []));
}

function rangeLines(
  outlook: Outlook,
  turns: readonly number[],
  language: Language,
): readonly string[] {
  return failureRanges(outlook, turns).map((range) => rangeText(range)[language]);
}

interface Batch {
  readonly servers: readonly string[];
  readonly index: number;
  readonly count: number;
}

function batchLines(
  outlook: Outlook,
  { servers, index, count }: Batch,
  language: Language,
): readonly string[] {
  const own = rangeLines(outlook, turnsIn(outlook, index), language);
  const first = rangeLines(outlook, turnsIn(outlook, 0), language);
  const lines = [
    ...(index === 0 ? [] : [earlier(index, language)]),
    ...(index > 0 && own.join('\n') === first.join('\n') ? [sameAsFirst(outlook, language)] : own),
    ...(index === count - 1 ? [] : later(outlook, servers[0] ?? '', { index, count }, language)),
  ];
  return lines.map((line) => `  ${line}`);
}

function earlier(index: number, language: Language): string {
  return sayIn(language)({
    zh: `${rangeZh('批次', 1, index)} 失败时：没有改动`,
    en: `if ${oneOfBatches(1, index)} fails: unchanged`,
  });
}

function sameAsFirst(outlook: Outlook, language: Language): string {
  const steps = turnsIn(outlook, 0).map((index) => outlook.course.turns[index]?.step.number ?? 0);
  const [from = 0, to = 0] = [steps[0], steps.at(-1)];
  return sayIn(language)({
    zh: `${rangeZh('步骤', from, to)}：同批次 1`,
    en: `${rangeEn('step', from, to)}: same as batch 1`,
  });
}

/** Of a batch that is done, where a later one fails; by steps where it depends on them. */
function later(
  outlook: Outlook,
  server: string,
  { index, count }: Pick<Batch, 'index' | 'count'>,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const ranges = failureRangesLater(outlook, turnsIn(outlook, index + 1), server);
  return ranges.map(({ from, to, text }) => {
    const inSteps =
      ranges.length === 1
        ? { zh: '', en: '' }
        : { zh: `在${rangeZh('步骤', from, to)} `, en: ` in ${rangeEn('step', from, to)}` };
    const batches = rangeZh('批次', index + 2, count);
    return say({
      zh: `${batches} ${inSteps.zh}失败时：${text.zh}`,
      en: `if ${oneOfBatches(index + 2, count)} fails${inSteps.en}: ${text.en}`,
    });
  });
}

/** `batch 2`, `one of batches 2–4`. */
function oneOfBatches(from: number, to: number): string {
  return from === to ? `batch ${from}` : `one of batches ${from}–${to}`;
}
