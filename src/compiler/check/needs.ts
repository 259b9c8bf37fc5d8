/** What steps need of the parameters, and what a run of them means for the service. */
import { ACTIONS } from '../../actions/index.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ParameterDefinition, PlanStep } from '../../plan/plan.ts';
import { type Context, hasPool, report } from '../context.ts';
import { outageOf, spanOf } from '../outage.ts';
import type { CheckedStep } from './steps.ts';

/** Servers, environment and version come from the request: a template that uses them declares them. */
export function checkNeeds(
  context: Context,
  parameters: ReadonlyMap<string, ParameterDefinition>,
  steps: readonly CheckedStep[],
  isAtOnce: boolean,
): void {
  const onServers = steps.find(({ step }) => step.kind === 'parallel' || usesServers(step));
  if (onServers !== undefined) need(context, parameters, 'servers', 'array', onServers);
  const byEnvironment = steps.find(({ step }) => step.kind === 'approval');
  if (byEnvironment !== undefined)
    need(context, parameters, 'environment', 'string', byEnvironment);
  const versioned = steps.find(
    ({ step }) => isTaskStep(step) && step.tasks.some((task) => task.action.startsWith('image.')),
  );
  if (versioned !== undefined) need(context, parameters, 'version', 'string', versioned);
  if (isAtOnce) warnWithoutService(context, steps);
}

function need(
  context: Context,
  parameters: ReadonlyMap<string, ParameterDefinition>,
  name: string,
  type: ParameterDefinition['type'],
  { step, heading }: CheckedStep,
): void {
  const found = parameters.get(name);
  if (found?.type === type) return;
  const needed = { step: step.number, name, type };
  const diagnostic =
    found === undefined
      ? diagnose('MISSING_FIELD', 'parameter', needed)
      : diagnose('BAD_FIELD', 'neededType', needed, { actual: found.type });
  report(context, heading, diagnostic);
}

/** All servers stop at once: until the enable nobody answers. */
function warnWithoutService(context: Context, steps: readonly CheckedStep[]): void {
  const outage = outageOf(
    steps.map(({ step }) => step),
    hasPool(context),
  );
  const stops = steps.find(({ step }) => step === outage?.from);
  if (outage === null || stops === undefined) return;
  const rolling = context.vocabulary.rollingEnvironments ?? [];
  const span = spanOf(outage);
  // Environments that roll by the project's own default have no such time.
  const diagnostic =
    rolling.length > 0
      ? diagnose('NO_SERVICE_BETWEEN', 'inSomeEnvironments', { ...span, rolling })
      : hasPool(context)
        ? diagnose('NO_SERVICE_BETWEEN', 'inTemplate', span)
        : diagnose('NO_SERVICE_BETWEEN', 'withoutPoolInTemplate', span);
  report(context, stops.heading, diagnostic);
}

function usesServers(step: PlanStep): boolean {
  return isTaskStep(step) && step.tasks.some((task) => ACTIONS[task.action].scope === 'server');
}

function isTaskStep(step: PlanStep): step is PlanStep & { kind: 'action' | 'parallel' } {
  return step.kind === 'action' || step.kind === 'parallel';
}
