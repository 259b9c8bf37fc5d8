/** Whether a person is asked where a step has failed for good: the document says so, or what was begun cannot be taken back. */
import type { Localized } from '../../diagnostics/language.ts';
import type { FailureHandling, PlanStep } from '../plan.ts';
import { listOf } from './command-words.ts';
import { handlingOf } from './handling.ts';
import { isNotification } from './order.ts';

export type Asked = Extract<FailureHandling, { readonly kind: 'ask' }>;

/** As `人工介入` has it where it says no more. */
const BY_DEFAULT: Asked = { kind: 'ask', waitSeconds: 3_600, withoutService: false };

/** @param irreversible actions that were begun by then and that nothing takes back */
export function askedAbout(step: PlanStep, irreversible: readonly string[]): Asked | null {
  const handling = handlingOf(step);
  if (handling?.kind === 'ask') return handling;
  const isWork = step.kind === 'action' || step.kind === 'parallel';
  if (irreversible.length === 0 || handling?.kind === 'ignore' || !isWork) return null;
  return isNotification(step) ? null : BY_DEFAULT;
}

/** `"Migrate" cannot be taken back` */
export function irreversibleText(names: readonly string[]): Localized {
  const { zh, en } = listOf(names);
  return { zh: `${zh}不可撤销`, en: `${en} cannot be taken back` };
}
