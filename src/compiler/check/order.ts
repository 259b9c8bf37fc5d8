/** The document's order of steps, and which of them another may name. */
import { diagnose } from '../../diagnostics/diagnose.ts';
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
  report(context, words, diagnose('ENDLESS_JUMP', 'back', { number }));
  return false;
}

export function checkStepExists(
  context: Context,
  numbers: readonly number[],
  number: number,
  words: Words,
): boolean {
  if (numbers.includes(number)) return true;
  const actual = String(number);
  report(
    context,
    words,
    diagnose('MISSING_STEP', 'inTemplate', { number, steps: numbers }, { actual }),
  );
  return false;
}
