/** The criteria that actions bring with them: what the document measures and does not judge. */
import { impliedCriteria } from '../../actions/default-criteria.ts';
import { FACTS } from '../../actions/index.ts';
import { leftOut, measures, tasksIn } from '../../actions/questions.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { Criterion } from '../../plan/plan.ts';
import { type Context, extendClaim, hasPool } from '../context.ts';
import { describeCriterion } from './criteria.ts';
import type { CheckedStep } from './steps.ts';

/** The steps, each with the criteria that its tasks bring; `--explain` shows them at their tasks. */
export function withDefaults(
  context: Context,
  steps: readonly CheckedStep[],
  language: Language,
): readonly CheckedStep[] {
  const elsewhere = steps.flatMap(({ step }) => ('criteria' in step ? step.criteria : []));
  return steps.map((checked) => {
    const { step, presentation } = checked;
    if (!('tasks' in step)) return checked;
    explainLeftOut(context, checked);
    const implied = impliedCriteria(step.tasks, step.criteria, elsewhere, hasPool(context));
    for (const criterion of implied) explain(context, checked, criterion);
    return {
      ...checked,
      step: { ...step, criteria: [...step.criteria, ...implied] },
      presentation: {
        ...presentation,
        criteria: [...presentation.criteria, ...implied.map((each) => textOf(each, language))],
      },
    };
  });
}

function textOf({ fact, ifMeasured }: Criterion, language: Language): string {
  const { label } = FACTS[fact];
  if (ifMeasured === true) {
    return language === 'zh'
      ? `${label.zh}（默认条件，可测时）`
      : `${label.en} (default, if measured)`;
  }
  return language === 'zh' ? `${label.zh}（默认条件）` : `${label.en} (default)`;
}

/** A project without a load balancer leaves out what is about a pool. */
function explainLeftOut(context: Context, { step, taskWords }: CheckedStep): void {
  for (const [index, { action }] of tasksIn(step).entries()) {
    const reason = leftOut(action, hasPool(context));
    const words = taskWords[index];
    if (reason === null || words === undefined) continue;
    extendClaim(context, words.start, {
      zh: `；这个项目不执行：${reason.zh}`,
      en: `; left out in this project: ${reason.en}`,
    });
  }
}

/** At the first task that measures it. */
function explain(context: Context, { step, taskWords }: CheckedStep, criterion: Criterion): void {
  if (!('tasks' in step)) return;
  const at = step.tasks.findIndex(({ action }) => measures(action, criterion.fact));
  const words = taskWords[at];
  if (words === undefined) return;
  const { zh, en } = describeCriterion(criterion);
  const [when, where] =
    criterion.ifMeasured === true ? ['（可测时）', ' where it is measured'] : ['', ''];
  extendClaim(context, words.start, {
    zh: `；文档没有写，按默认：${zh}${when}`,
    en: `; the document has none, so by default: ${en}${where}`,
  });
}
