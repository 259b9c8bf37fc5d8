/** `**批次**: 25%` and what belongs to it: which steps run batch by batch, and how. */
import { changesServers } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { RollingRule, RollingSettings } from '../../plan/plan.ts';
import { rollingText } from '../../plan/rolling-words.ts';
import { type Context, claim, report } from '../context.ts';
import type { Part } from '../parse/document.ts';
import type { Words } from '../parse/items.ts';
import { isAllAtOnce, readRolling } from '../parse/rolling.ts';
import { isRollingLabel, type RollingLabel } from '../parse/words.ts';
import { type RollingGroup, rollingGroup, stepsOf } from '../rolling-group.ts';
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
  checkPool(context, labels, settings);
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
    const where = { label: part.name.text, step: first.at.step.number };
    report(
      context,
      part.name,
      diagnose(
        'BAD_FIELD',
        'batchLabelTwice',
        { ...where, heading: first.at.heading.text },
        { actual: at.heading.text },
      ),
    );
    return false;
  });
}

function readValue(context: Context, { label, part }: Placed): RollingSettings {
  const { name, rest } = part;
  const below = [...part.bullets, ...part.fences.flatMap((fence) => fence.lines)];
  const [first] = below;
  if (first !== undefined) {
    const written = below.map((each) => each.text).join(', ');
    const listed = label === 'batches' && below.length > 1 ? `[${written}]` : written;
    const value = rest.text === '' ? listed : rest.text;
    const named = { label: name.text, value };
    report(context, first, diagnose('BAD_FIELD', 'batchValueBelow', named));
    return {};
  }
  const read = readRolling(label, rest.text);
  if (read.ok) return read.settings;
  const { message } = diagnose('BAD_FIELD', 'batchValueMissing', { label: name.text });
  if (rest.text === '') report(context, name, { ...read.problem, message });
  else report(context, rest, { ...read.problem, actual: rest.text });
  return {};
}

/** A pause without batches does nothing; one at another step would be overlooked. */
function checkCompany(context: Context, each: Placed, batches: Placed | undefined): void {
  if (each === batches) return;
  const { name } = each.part;
  if (batches === undefined) {
    report(context, name, diagnose('BAD_FIELD', 'withoutBatches', { label: name.text }));
    return;
  }
  if (each.at === batches.at) return;
  const { step, heading } = batches.at;
  report(
    context,
    name,
    diagnose(
      'BAD_FIELD',
      'awayFromBatches',
      { label: name.text, step: step.number, heading: heading.text },
      { actual: each.at.heading.text },
    ),
  );
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
  for (const { step, diagnostic } of problems) {
    const heading = steps.find((each) => each.step.number === step)?.heading;
    report(context, heading ?? part.name, diagnostic);
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
  const actual = heading.text;
  const diagnostic =
    first === undefined
      ? diagnose('BAD_FIELD', 'nothingToBatch', {}, { actual })
      : diagnose(
          'BAD_FIELD',
          'batchesChangeNothing',
          { step: number, first: first.step.number, heading: first.heading.text },
          { actual },
        );
  report(context, name, diagnostic);
}

/** With one batch of everything there is no pause, no canary, and nobody left to serve. */
function checkAlone(context: Context, labels: readonly Placed[], batches: Part): void {
  for (const { label, part } of labels) {
    if (label === 'batches') continue;
    const actual = `**${batches.name.text}**: ${batches.rest.text}`;
    const named = { label: part.name.text, batches: batches.name.text };
    report(context, part.name, diagnose('BAD_FIELD', 'pointlessAtOnce', named, { actual }));
  }
}

/** Of a pool that there is not, no share can be kept. */
function checkPool(
  context: Context,
  labels: readonly Placed[],
  { minimumInPoolPercent: percent = 0 }: RollingSettings,
): void {
  const { withoutPool } = context.vocabulary;
  const placed = labels.find(({ label }) => label === 'minimum_in_pool');
  if (withoutPool === undefined || placed === undefined || percent === 0) return;
  const about = { percent, kind: withoutPool.kind };
  report(context, placed.part.name, diagnose('ROLLING_UNSATISFIABLE', 'minimumWithoutPool', about));
}

function explain(
  context: Context,
  labels: readonly Placed[],
  values: readonly RollingSettings[],
  group: RollingGroup,
): void {
  const steps = stepsOf(group);
  for (const [index, { label, part }] of labels.entries()) {
    const value = values[index] ?? {};
    const [zh, en] = [rollingText(value, 'zh'), rollingText(value, 'en')];
    const none = isAllAtOnce(value.batches);
    const [startZh, startEn] =
      label !== 'batches'
        ? ['', '']
        : none
          ? [`${steps.zh} 在所有服务器上同时进行：`, `${steps.en} on all servers at once: `]
          : [`${steps.zh} 一批接一批进行：`, `${steps.en} batch by batch: `];
    claim(context, part.name.start, 'setting', {
      zh: `${startZh}${zh === '' ? '无' : zh}`,
      en: `${startEn}${en === '' ? 'none' : en}`,
    });
  }
}
