/** What a step's 失败处理 says, in words: for the plan, the approval message and `check --explain`. */
import type { Localized } from '../../diagnostics/language.ts';
import type { FailureHandling, PlanStep } from '../plan.ts';
import { duration } from '../rolling-words.ts';

/** null: a failure of the step is decided at once. */
export function handlingOf(step: PlanStep): FailureHandling | null {
  return step.kind === 'action' || step.kind === 'parallel' ? (step.onFailure ?? null) : null;
}

/** As the beginning of a sentence that says what else happens; of `ignore`, all of it. */
export function handlingText(handling: FailureHandling): Localized {
  switch (handling.kind) {
    case 'retry':
      return {
        zh: `失败的任务最多重试 ${handling.times} 次`,
        en: `what failed is done again, up to ${handling.times} ${handling.times === 1 ? 'time' : 'times'}`,
      };
    case 'ignore':
      return {
        zh: `失败不影响发布，继续下一步（${handling.reason}）`,
        en: `the run goes on all the same (${handling.reason})`,
      };
    case 'ask': {
      const { waitSeconds, withoutService } = handling;
      return {
        zh: `等待人工决定，最多 ${duration(waitSeconds, 'zh')}${withoutService ? '' : '；没有服务器在服务时不等待'}`,
        en: `a person is asked and waited for, at most ${duration(waitSeconds, 'en')}${withoutService ? '' : ', and not while no server serves'}`,
      };
    }
  }
}
