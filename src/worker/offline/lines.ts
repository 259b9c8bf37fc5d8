/** What a repair without Temporal says of what it does. Pure. */
import { ApplicationFailure } from '@temporalio/common';
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import { type Language, say } from '../../diagnostics/language.ts';
import type { ActionResult } from '../../plan/run.ts';
import { InterruptedError, TookTooLongError } from './stand-in.ts';

interface Reader {
  readonly language: Language;
}

/** An action by its first phrase. */
export function labelOf(id: ActionId, { language }: Reader): string {
  return ACTIONS[id].phrases[language][0] ?? id;
}

export function describeEvidence({ evidence }: Pick<ActionResult, 'evidence'>): string {
  return evidence.join('; ');
}

/** Why it has ended, with the name of the refusal where it has one. */
export function failureOf(error: unknown, reader: Reader): string {
  if (error instanceof InterruptedError) return say(reader, '已中断', 'interrupted');
  if (error instanceof TookTooLongError) {
    const { limitSeconds } = error;
    return say(reader, `${limitSeconds}s 内没有完成`, `not done within ${limitSeconds}s`);
  }
  if (error instanceof ApplicationFailure && typeof error.type === 'string')
    return `${error.type}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
