/** The time in which a server does not serve: nobody does, where all servers go at once. */
import { performs } from '../actions/questions.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { PlanStep } from '../plan/plan.ts';

const STARTS = ['service.start', 'service.resume', 'release.start'] as const;

export interface Outage {
  /** The step that stops the servers. */
  readonly from: PlanStep;
  /** The step that puts them back, without a pool the one that starts them; null: none does. */
  readonly until: PlanStep | null;
}

/** null: no step stops all servers at once. */
export function outageOf(steps: readonly PlanStep[], hasPool: boolean): Outage | null {
  const from = steps.find((step) => step.kind === 'parallel' && performs(step, 'service.stop'));
  if (from === undefined) return null;
  const back = hasPool ? (['pool.enable'] as const) : STARTS;
  const until = steps.find((step) => back.some((action) => performs(step, action)));
  return { from, until: until ?? null };
}

/** Between which steps no server answers, as diagnostics say it. */
export function spanOf({ from, until }: Outage): { from: number; until: Localized } {
  const end =
    until === null
      ? { zh: '运行结束', en: 'the end of the run' }
      : { zh: `步骤 ${until.number} `, en: `step ${until.number}` };
  return { from: from.number, until: end };
}
