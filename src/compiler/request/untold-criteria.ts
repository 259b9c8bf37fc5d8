/** Criteria of a run that its load balancer leaves unmeasured: known before the run begins. */
import { FACTS } from '../../actions/index.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import type { Overrides } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';

export interface Requested {
  readonly plan: Plan;
  readonly overrides: Pick<Overrides, 'skip'>;
}

/** A warning for each, as the step may still be skipped by its own rule. */
export function untoldCriteria(
  { plan, overrides }: Requested,
  balancer: BalancerSettings,
): readonly Diagnostic[] {
  const steps = plan.steps.filter(
    ({ number }) => !overrides.skip.some((skipped) => skipped.step === number),
  );
  return steps.flatMap((step) => untoldIn(plan, step, balancer));
}

function untoldIn(
  { presentation }: Plan,
  step: PlanStep,
  { kind, capabilities }: BalancerSettings,
): readonly Diagnostic[] {
  if (!('criteria' in step)) return [];
  const shown = presentation.steps.find(({ number }) => number === step.number);
  return step.criteria.flatMap(({ fact }, index) => {
    const { label, toldByBalancer = [] } = FACTS[fact];
    if (toldByBalancer.every((figure) => capabilities[figure])) return [];
    const criterion = shown?.criteria[index] ?? label;
    return diagnose('NOT_TOLD_BY_BALANCER', 'criterion', { step: step.number, criterion, kind });
  });
}
