/** Each environment whose way reaches an approval has approvers: what is not listed is nobody's to approve. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ParameterDefinition } from '../../plan/plan.ts';
import { type Context, report } from '../context.ts';
import type { Path } from './paths.ts';
import type { CheckedStep } from './steps.ts';

/** Of a template that does not enumerate its environments, resolving the request refuses instead. */
export function checkApprovers(
  context: Context,
  steps: readonly CheckedStep[],
  environment: ParameterDefinition | undefined,
  paths: readonly Path[],
): void {
  for (const { step, heading, roleNames } of steps) {
    if (step.kind !== 'approval' || Object.keys(step.approvers).length === 0) continue;
    for (const value of environment?.enum ?? []) {
      if (typeof value !== 'string' || Object.hasOwn(step.approvers, value)) continue;
      const reaches = paths.some(
        ({ given, steps: run }) =>
          (given['environment'] ?? value) === value &&
          run.some(({ number }) => number === step.number),
      );
      if (!reaches) continue;
      const roles = Object.values(roleNames).join(' + ');
      report(
        context,
        heading,
        diagnose('POLICY_UNSATISFIABLE', 'nobody', {
          environment: value,
          step: step.number,
          roles,
        }),
      );
    }
  }
}
