/** A step with its 失败处理: a failure is gone on without, or a person is asked, before it is decided. */
import { oneLine, say } from '../../diagnostics/language.ts';
import { handlingOf } from '../../plan/failure/handling.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { askAboutFailure } from '../decisions/failure.ts';
import type { Run } from '../run.ts';
import { warn } from '../showing/status.ts';
import { isOwn, reopen } from '../tasks/again.ts';
import { asStepFailure } from './failure.ts';
import { runStep } from './index.ts';

const MESSAGE_CHARACTERS = 500;

/** @returns why the run goes on though the step has failed; null: it has not. @throws its failure */
export async function runHandled(run: Run, step: PlanStep): Promise<string | null> {
  for (;;) {
    try {
      await runStep(run, step);
      return null;
    } catch (error) {
      const forgiven = await forgive(run, step, error);
      if (forgiven !== 'again') return forgiven;
    }
  }
}

/** @returns why it is gone on without; `again`: it is done again. @throws the error where it is neither */
async function forgive(run: Run, step: PlanStep, error: unknown): Promise<string> {
  const handling = handlingOf(step);
  if (handling === null || step.kind === 'approval' || step.kind === 'condition') throw error;
  if (handling.kind === 'retry' || !isOwn(error, step)) throw error;
  const failure = asStepFailure(error, step.number);
  const message = oneLine(failure.message.slice(0, MESSAGE_CHARACTERS));
  if (handling.kind === 'ignore') {
    const { reason } = handling;
    return passed(
      run,
      step,
      say(
        run.ref,
        `失败已忽略（${reason}）：${message}`,
        `failure ignored (${reason}): ${message}`,
      ),
    );
  }
  const answer = await askAboutFailure(run, step, failure, handling);
  switch (answer?.kind) {
    case 'retry':
      if (failure.type === 'CRITERION_FAILED') reopen(run, step);
      return 'again';
    case 'skip':
      return passed(
        run,
        step,
        say(
          run.ref,
          `失败后由 ${answer.by} 跳过：${message}`,
          `skipped by ${answer.by} after it failed: ${message}`,
        ),
      );
    default:
      throw error;
  }
}

function passed(run: Run, { number }: PlanStep, why: string): string {
  run.forgiven.add(number);
  warn(run, `${number}: ${why}`);
  return why;
}
