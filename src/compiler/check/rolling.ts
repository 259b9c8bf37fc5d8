/** `**批次**: 25%` and what belongs to it: which steps run batch by batch, and how. */
import { changesServers } from '../../actions/questions.ts';
import type { RollingRule, RollingSettings } from '../../plan/plan.ts';
import { rollingText } from '../../plan/rolling-words.ts';
import { type Context, claim, type Details, report } from '../context.ts';
import type { Part } from '../parse/document.ts';
import type { Words } from '../parse/items.ts';
import { isAllAtOnce, readRolling } from '../parse/rolling.ts';
import { isRollingLabel, ROLLING_LABELS, type RollingLabel, wordOf } from '../parse/words.ts';
import { type RollingGroup, rollingGroup } from '../rolling-group.ts';
import type { CheckedStep } from './steps.ts';

interface Placed {
  readonly label: RollingLabel;
  readonly part: Part;
  readonly at: CheckedStep;
}

export interface CheckedRolling {
  /** undefined: the document has none, or what it says is wrong and was reported. */
  readonly rule: RollingRule | undefined;
  /** Whether all servers go at once, as far as can be told. */
  readonly isAtOnce: boolean;
}

export function checkRolling(context: Context, steps: readonly CheckedStep[]): CheckedRolling {
  const labels = onceEach(context, placedLabels(steps));
  const values = labels.map((each) => readValue(context, each));
  const batches = labels.find((each) => each.label === 'batches');
  for (const each of labels) checkCompany(context, each, batches);
  if (batches === undefined) return { rule: undefined, isAtOnce: labels.length === 0 };
  const group = checkGroup(context, steps, batches);
  const settings: RollingSettings = Object.assign({}, ...values);
  const isAtOnce = isAllAtOnce(settings.batches);
  if (isAtOnce) checkAlone(context, labels, batches.part);
  if (group === null || settings.batches === undefined) return { rule: undefined, isAtOnce };
  explain(context, labels, values, group);
  return { rule: ruleOf(group, { ...settings, batches: settings.batches }), isAtOnce };
}

/** What is not said is zero: no pause, no failure allowed, no floor, no observation. */
export function ruleOf(
  { from, to }: RollingGroup,
  settings: RollingSettings & Pick<RollingRule, 'batches'>,
): RollingRule {
  return {
    from,
    to,
    batches: settings.batches,
    pauseSeconds: settings.pauseSeconds ?? 0,
    failureBudget: settings.failureBudget ?? 0,
    minimumInPoolPercent: settings.minimumInPoolPercent ?? 0,
    observeSeconds: settings.observeSeconds ?? 0,
  };
}

function placedLabels(steps: readonly CheckedStep[]): readonly Placed[] {
  return steps.flatMap((at) =>
    at.rolling.flatMap((part) =>
      isRollingLabel(part.label) ? [{ label: part.label, part, at }] : [],
    ),
  );
}

function onceEach(context: Context, labels: readonly Placed[]): readonly Placed[] {
  return labels.filter(({ label, part, at }, index) => {
    const first = labels.find((each) => each.label === label);
    if (first === undefined || first === labels[index]) return true;
    const { number } = first.at.step;
    fail(context, part.name, {
      zh: `「${part.name.text}」在文档中出现了两次（步骤 ${number} 已有）`,
      en: `"${part.name.text}" stands twice in the document: step ${number} has it`,
      expected: first.at.heading.text,
      actual: at.heading.text,
      remedy: {
        zh: '一份运行单只有一组分批的步骤：请删去其中一个',
        en: 'a run sheet has one group of steps that rolls: remove one of them',
      },
    });
    return false;
  });
}

function readValue(context: Context, { label, part }: Placed): RollingSettings {
  const { name, rest } = part;
  const below = [...part.bullets, ...part.fences.flatMap((fence) => fence.lines)];
  const [first] = below;
  if (first !== undefined) {
    const written = below.map((each) => each.text).join(', ');
    const value = label === 'batches' && below.length > 1 ? `[${written}]` : written;
    fail(context, first, {
      zh: `「${name.text}」的值应写在同一行`,
      en: `the value of "${name.text}" stands on the same line`,
      expected: `**${name.text}**: ${rest.text === '' ? value : rest.text}`,
      remedy: {
        zh: `请写成「**${name.text}**: ${rest.text === '' ? value : rest.text}」`,
        en: `write "**${name.text}**: ${rest.text === '' ? value : rest.text}"`,
      },
    });
    return {};
  }
  const read = readRolling(label, rest.text);
  if (read.ok) return read.settings;
  const { message, ...details } = read.problem;
  const missing = rest.text === '';
  fail(context, missing ? name : rest, {
    zh: missing ? `「${name.text}」没有值` : message.zh,
    en: missing ? `"${name.text}" has no value` : message.en,
    ...(!missing && { actual: rest.text }),
    ...details,
  });
  return {};
}

/** A pause without batches does nothing; one at another step would be overlooked. */
function checkCompany(context: Context, each: Placed, batches: Placed | undefined): void {
  if (each === batches) return;
  const { name } = each.part;
  const [zh, en] = [wordOf(ROLLING_LABELS.batches, 'zh'), wordOf(ROLLING_LABELS.batches, 'en')];
  if (batches === undefined) {
    fail(context, name, {
      zh: `有「${name.text}」，但没有「${zh}」：所有服务器同时进行`,
      en: `there is "${name.text}" but no "${en}": all servers go at once`,
      expected: `**${zh}**: 25%`,
      remedy: { zh: `请加上「**${zh}**: 25%」`, en: `add "**${en}**: 25%" to this step` },
    });
  } else if (each.at !== batches.at) {
    const { number } = batches.at.step;
    fail(context, name, {
      zh: `「${name.text}」不在写有「${zh}」的步骤 ${number} 上`,
      en: `"${name.text}" does not stand on step ${number}, which has "${en}"`,
      expected: batches.at.heading.text,
      actual: each.at.heading.text,
      remedy: { zh: `请把它移到步骤 ${number}`, en: `move it to step ${number}` },
    });
  }
}

function checkGroup(
  context: Context,
  steps: readonly CheckedStep[],
  { part, at }: Placed,
): RollingGroup | null {
  if (!changesServers(at.step)) {
    reportNoChange(context, steps, part.name, at);
    return null;
  }
  const plain = steps.map(({ step }) => step);
  const { group, problems } = rollingGroup(plain, at.step.number);
  for (const { step, message, ...details } of problems) {
    const heading = steps.find((each) => each.step.number === step)?.heading;
    fail(context, heading ?? part.name, { ...message, ...details });
  }
  return problems.length === 0 ? group : null;
}

function reportNoChange(
  context: Context,
  steps: readonly CheckedStep[],
  name: Words,
  { step: { number }, heading }: CheckedStep,
): void {
  const first = steps.find(({ step }) => changesServers(step));
  fail(context, name, {
    zh: `步骤 ${number} 不更改服务器，不能分批`,
    en: `step ${number} changes no server, so it cannot run in batches`,
    actual: heading.text,
    ...(first === undefined
      ? { remedy: { zh: '请删去这一行', en: 'remove this line' } }
      : {
          expected: first.heading.text,
          remedy: {
            zh: `请把它移到第一个更改服务器的步骤 ${first.step.number}`,
            en: `move it to step ${first.step.number}, the first one that changes servers`,
          },
        }),
  });
}

/** With one batch of everything there is no pause, no canary, and nobody left to serve. */
function checkAlone(context: Context, labels: readonly Placed[], batches: Part): void {
  for (const { label, part } of labels) {
    if (label === 'batches') continue;
    fail(context, part.name, {
      zh: `所有服务器一次完成时，「${part.name.text}」没有意义`,
      en: `where all servers go at once, "${part.name.text}" means nothing`,
      expected: `**${batches.name.text}**: 25%`,
      actual: `**${batches.name.text}**: ${batches.rest.text}`,
      remedy: {
        zh: '请写小于 100% 的批次，或删去这一行',
        en: 'write batches of less than 100%, or remove this line',
      },
    });
  }
}

function explain(
  context: Context,
  labels: readonly Placed[],
  values: readonly RollingSettings[],
  { from, to }: RollingGroup,
): void {
  for (const [index, { label, part }] of labels.entries()) {
    const value = values[index] ?? {};
    const [zh, en] = [rollingText(value, 'zh'), rollingText(value, 'en')];
    const none = isAllAtOnce(value.batches);
    const [startZh, startEn] =
      label !== 'batches'
        ? ['', '']
        : none
          ? [
              `步骤 ${from}–${to} 在所有服务器上同时进行：`,
              `steps ${from}–${to} on all servers at once: `,
            ]
          : [`步骤 ${from}–${to} 一批接一批进行：`, `steps ${from}–${to} batch by batch: `];
    claim(context, part.name.start, 'setting', {
      zh: `${startZh}${zh === '' ? '无' : zh}`,
      en: `${startEn}${en === '' ? 'none' : en}`,
    });
  }
}

function fail(
  context: Context,
  words: Words,
  { zh, en, ...details }: Details & { readonly zh: string; readonly en: string },
): void {
  report(context, 'BAD_FIELD', words, { zh, en }, details);
}
