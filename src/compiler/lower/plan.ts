/** Checked sections → the frozen plan. */
import type { Plan } from '../../plan/plan.ts';
import type { Checked } from '../check/check.ts';

/** null where there is no metadata: a plan without an identity is none. */
export function lowerPlan(checked: Checked, file: string): Plan | null {
  const { metadata, parameters, steps, rollback, success, metrics, rolling, defaults } = checked;
  if (metadata === null) return null;
  return freeze({
    schema: 1,
    templateId: metadata.templateId,
    templateVersion: metadata.version,
    parameters,
    steps: steps.map(({ step }) => step),
    rollback,
    success,
    metrics,
    ...(rolling !== undefined && { rolling }),
    presentation: {
      language: checked.language,
      file,
      title: checked.title,
      description: metadata.description,
      steps: steps.map(({ presentation }) => presentation),
      ...(defaults.length > 0 && { defaults }),
      roleNames: Object.assign({}, ...steps.map(({ roleNames }) => roleNames)),
    },
  });
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
