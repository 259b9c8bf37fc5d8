/** `**失败处理**: 重试 3 次`: what is done where a step fails, before that failure is decided. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { handlingOf, handlingText } from '../../plan/failure/handling.ts';
import { type Need, outOfService, whyDecisive } from '../../plan/failure/needed.ts';
import { isNotification } from '../../plan/failure/order.ts';
import type { FailureHandling, PlanStep, SuccessRule } from '../../plan/plan.ts';
import { type Context, claim, hasPool, report } from '../context.ts';
import { type Document, labelsForEveryStep } from '../parse/document.ts';
import type { Words } from '../parse/items.ts';
import { readHandling } from '../parse/on-failure.ts';
import { isAllAtOnce, readRolling } from '../parse/rolling.ts';
import { rollingGroup } from '../rolling-group.ts';
import type { CheckedStep } from './steps.ts';

/** The steps, each with what is done where it fails: its own word, else the one for every step. */
export function withHandling(
  context: Context,
  document: Document,
  steps: readonly CheckedStep[],
): readonly CheckedStep[] {
  const byDefault = readDefault(context, document);
  const asking = stepsWithoutService(context, steps);
  // An approval among batches has an error of its own.
  const rolls = steps.some(({ rolling }) => rolling.length > 0);
  return steps.map((checked) => {
    const { step } = checked;
    if (step.kind !== 'action' && step.kind !== 'parallel') {
      if (step.kind === 'approval' && !rolls && asking.has(step))
        reportQuestion(context, checked.heading);
      return checked;
    }
    const own = readOwn(context, checked);
    if (own === undefined) {
      const holds = byDefault !== null && !isNotification(step);
      // Between drain and return nobody is waited for unless the step itself says so.
      if (!holds || (byDefault.kind === 'ask' && asking.has(step))) return checked;
      return { ...checked, step: { ...step, onFailure: byDefault } };
    }
    const [part] = checked.onFailure;
    if (own?.kind === 'ask' && asking.has(step) && part !== undefined)
      reportQuestion(context, part.name);
    return own === null ? checked : { ...checked, step: { ...step, onFailure: own } };
  });
}

/** Failures may be ignored only where the run can do without the step. */
export function checkIgnored(
  context: Context,
  steps: readonly CheckedStep[],
  success: readonly SuccessRule[],
): void {
  const plain = steps.map(({ step }) => step);
  for (const { step, onFailure, heading } of steps) {
    if (handlingOf(step)?.kind !== 'ignore') continue;
    const need = whyDecisive({ steps: plain, success }, step, hasPool(context));
    if (need !== null)
      report(context, onFailure[0]?.name ?? heading, notIgnored(step.number, need));
  }
}

function notIgnored(step: number, need: Need): Diagnostic {
  switch (need.kind) {
    case 'successRule':
      return diagnose('NOT_SKIPPABLE', 'ignoredRule', { step, rule: need.rule });
    case 'laterStep':
      return diagnose('NOT_SKIPPABLE', 'ignoredLater', { step, later: need.later });
    case 'between':
      return diagnose('NOT_SKIPPABLE', 'ignoredBetween', { step });
    default:
      return diagnose('NOT_SKIPPABLE', 'ignoredChange', { step });
  }
}

/** undefined: the step says nothing, or what it says was reported. */
function readOwn(
  context: Context,
  { step, onFailure }: CheckedStep,
): FailureHandling | null | undefined {
  const [first, second] = onFailure;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    report(
      context,
      second.name,
      diagnose('BAD_FIELD', 'onFailureTwice', { label: second.name.text }),
    );
  }
  if (isNotification(step)) {
    report(context, first.name, diagnose('BAD_FIELD', 'onFailureTold', { step: step.number }));
    return undefined;
  }
  const below = [...first.bullets, ...first.fences.flatMap(({ lines }) => lines)][0];
  return readValue(context, first.name, first.rest, below);
}

function readDefault(context: Context, { sections }: Document): FailureHandling | null {
  const section = sections.get('steps');
  const [first, second] = section === undefined ? [] : labelsForEveryStep(section);
  if (first === undefined) return null;
  if (second !== undefined) {
    report(
      context,
      second.name,
      diagnose('BAD_FIELD', 'onFailureTwice', { label: second.name.text }),
    );
  }
  const read = readValue(context, first.name, first.rest, undefined) ?? null;
  if (read?.kind !== 'ignore') return read;
  report(context, first.name, diagnose('NOT_SKIPPABLE', 'ignoredByDefault', {}));
  return null;
}

function readValue(
  context: Context,
  name: Words,
  rest: Words,
  below: Words | undefined,
): FailureHandling | null | undefined {
  if (rest.text === '' || below !== undefined) {
    const value = below?.text ?? '';
    const where = below ?? name;
    const label = name.text;
    report(context, where, diagnose('BAD_FIELD', 'onFailureValue', { label }, { actual: value }));
    return undefined;
  }
  const read = readHandling(rest.text);
  if (!read.ok) {
    report(context, rest, { ...read.problem, actual: rest.text });
    return undefined;
  }
  const text =
    read.handling === null
      ? { zh: '失败时立即回滚', en: 'a failure rolls back at once' }
      : handlingText(read.handling);
  claim(context, name.start, 'setting', text);
  return read.handling;
}

function reportQuestion(context: Context, words: Words): void {
  report(context, words, diagnose('QUESTION_WITHOUT_SERVICE', 'between', {}));
}

/** Steps in which a question would be asked while nobody may be serving. */
function stepsWithoutService(
  context: Context,
  steps: readonly CheckedStep[],
): ReadonlySet<PlanStep> {
  const kept = keptBy(steps);
  const plain = steps.map(({ step }) => step);
  return new Set([...outOfService(plain, hasPool(context))].filter((step) => !kept.has(step)));
}

/** The steps of batches that keep a minimum in the pool. */
function keptBy(steps: readonly CheckedStep[]): ReadonlySet<PlanStep> {
  const labels = steps.flatMap(({ rolling, step }) => rolling.map((part) => ({ part, step })));
  const valueOf = (label: 'batches' | 'minimum_in_pool') => {
    const found = labels.find(({ part }) => part.label === label);
    const read = found === undefined ? null : readRolling(label, found.part.rest.text);
    return { step: found?.step, settings: read?.ok === true ? read.settings : {} };
  };
  const batches = valueOf('batches');
  const percent = valueOf('minimum_in_pool').settings.minimumInPoolPercent ?? 0;
  if (batches.step === undefined || isAllAtOnce(batches.settings.batches) || percent === 0)
    return new Set();
  const plain = steps.map(({ step }) => step);
  const { group } = rollingGroup(plain, batches.step.number);
  if (group === null) return new Set();
  const at = (number: number): number => plain.findIndex((step) => step.number === number);
  return new Set(plain.slice(at(group.from), at(group.to) + 1));
}
