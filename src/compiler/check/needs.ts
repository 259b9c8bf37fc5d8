/** What steps need of the parameters, and what a run of them means for the service. */
import { ACTIONS } from '../../actions/index.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { ParameterDefinition, PlanStep } from '../../plan/plan.ts';
import { type Context, report } from '../context.ts';
import { type Outage, outageOf, outageRemedy, outageText } from '../outage.ts';
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
  report(
    context,
    found === undefined ? 'MISSING_FIELD' : 'BAD_FIELD',
    heading,
    {
      zh:
        found === undefined
          ? `步骤 ${step.number} 需要参数「${name}」，但没有声明`
          : `步骤 ${step.number} 需要 ${type} 类型的参数「${name}」`,
      en:
        found === undefined
          ? `step ${step.number} needs the parameter "${name}", which is not declared`
          : `step ${step.number} needs "${name}" to be of type ${type}`,
    },
    {
      expected: `${name}: ${type}`,
      ...(found !== undefined && { actual: found.type }),
      remedy: {
        zh: `请在「参数定义」中声明「${name}」，type: ${type}`,
        en: `declare "${name}" under "Parameters" with type: ${type}`,
      },
    },
  );
}

/** All servers stop at once: until the enable nobody answers. */
function warnWithoutService(context: Context, steps: readonly CheckedStep[]): void {
  const outage = outageOf(steps.map(({ step }) => step));
  const stops = steps.find(({ step }) => step === outage?.from);
  if (outage === null || stops === undefined) return;
  report(context, 'NO_SERVICE_BETWEEN', stops.heading, withExceptions(context, outage), {
    severity: 'warning',
    remedy: outageRemedy(outage),
  });
}

/** Environments that roll by the project's own default have no such time. */
function withExceptions({ vocabulary }: Context, outage: Outage): Localized {
  const text = outageText(outage);
  const names = vocabulary.rollingEnvironments ?? [];
  if (names.length === 0) return text;
  return {
    zh: `${text.zh}（${names.join('、')} 除外：runsheet.yaml 让它们分批）`,
    en: `${text.en} (not in ${names.join(', ')}: runsheet.yaml lets them roll)`,
  };
}

function usesServers(step: PlanStep): boolean {
  return isTaskStep(step) && step.tasks.some((task) => ACTIONS[task.action].scope === 'server');
}

function isTaskStep(step: PlanStep): step is PlanStep & { kind: 'action' | 'parallel' } {
  return step.kind === 'action' || step.kind === 'parallel';
}
