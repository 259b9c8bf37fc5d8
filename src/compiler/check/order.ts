/** The document's order of steps, and which of them another may name. */
import { type Context, report } from '../context.ts';
import type { Words } from '../parse/items.ts';

export interface StepOrder {
  /** Numbers in the document's order. */
  readonly numbers: readonly number[];
  /** Index of the step that speaks. */
  readonly index: number;
}

/** Whether a branch may name the step: it exists and comes later. Jumps go forward only. */
export function checkJump(
  context: Context,
  order: StepOrder,
  number: number,
  words: Words,
): boolean {
  if (!checkStepExists(context, order.numbers, number, words)) return false;
  if (order.numbers.indexOf(number) > order.index) return true;
  report(
    context,
    'ENDLESS_JUMP',
    words,
    {
      zh: `步骤 ${number} 不在这一步之后，这样会无休止地循环`,
      en: `step ${number} does not come after this one: this would never end`,
    },
    { remedy: { zh: '只能进入或跳过后面的步骤', en: 'name a step further down' } },
  );
  return false;
}

export function checkStepExists(
  context: Context,
  numbers: readonly number[],
  number: number,
  words: Words,
): boolean {
  if (numbers.includes(number)) return true;
  const list = numbers.join(', ');
  report(
    context,
    'MISSING_STEP',
    words,
    {
      zh: `没有步骤 ${number}`,
      en: `there is no step ${number}`,
    },
    {
      expected: list,
      actual: String(number),
      remedy: {
        zh: `现有步骤：${list}。如果这一步已被删去，请一并修改这里`,
        en: `there are steps ${list}; if the step was removed, change this line too`,
      },
    },
  );
  return false;
}
