/** What holds where a document lacks a section that it may lack, in words. */
import { FACTS } from '../actions/index.ts';
import { measures, tasksIn } from '../actions/questions.ts';
import type { Localized } from '../diagnostics/language.ts';
import type { DefaultedSection, MetricName, Plan, PlanStep, SuccessRule } from '../plan/plan.ts';

/** In the order in which they are shown. */
export const DEFAULTED: readonly DefaultedSection[] = [
  'rollback',
  'success',
  'metrics',
  'examples',
];

/** Every step by its own criteria. */
export const DEFAULT_SUCCESS: readonly SuccessRule[] = [{ fact: 'run.required_steps_done' }];

/** Those of every run, and those that a step measures. */
export function defaultMetrics(
  metrics: readonly MetricName[],
  steps: readonly PlanStep[],
): readonly MetricName[] {
  return metrics.filter((name) => {
    const fact = Object.values(FACTS).find(({ id }) => id === name);
    if (fact === undefined) return true;
    return steps.some((step) => tasksIn(step).some(({ action }) => measures(action, fact.id)));
  });
}

/** What such a section would say. */
export function sectionDefault(
  section: DefaultedSection,
  { metrics }: Pick<Plan, 'metrics'>,
): Localized {
  switch (section) {
    case 'rollback':
      return {
        zh: '任何步骤失败，发布所做的更改都按相反顺序撤销',
        en: 'whatever step fails, what the run has changed is undone in reverse order',
      };
    case 'success':
      return {
        zh: '所有必要步骤执行完成，每一步满足它自己的条件',
        en: 'all required steps are done, each by its own criteria',
      };
    case 'metrics':
      return { zh: `发送 ${metrics.join('、')}`, en: `${metrics.join(', ')} are emitted` };
    case 'examples':
      return {
        zh: '没有示例，因此没有要验证的请求',
        en: 'no example, so no request is checked',
      };
  }
}
