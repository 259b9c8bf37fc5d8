/** A step with its 失败处理: a failure is gone on without, or a person is asked, before it is decided. */
import { oneLine, say } from '../../diagnostics/language.ts';
import { askedAbout } from '../../plan/failure/asking.ts';
import { handlingOf } from '../../plan/failure/handling.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { askAboutFailure } from '../decisions/failure.ts';
import { judgeSuccess } from '../judging/success.ts';
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
  if (step.kind === 'approval' || step.kind === 'condition' || !isOwn(error, step)) throw error;
  const handling = handlingOf(step);
  const asked = askedAbout(step, [...run.saga.irreversible]);
  if (handling?.kind !== 'ignore' && asked === null) throw error;
  const failure = asStepFailure(error, step.number);
  const message = oneLine(failure.message.slice(0, MESSAGE_CHARACTERS));
  if (handling?.kind === 'ignore') {
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
  if (asked === null) throw error;
  const answer = await askAboutFailure(run, step, failure, asked);
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

/**
 * Judges the success rules. Where they do not hold and something cannot be taken back, a person is asked
 * before that is decided: measured again, or undone. @throws as judgeSuccess
 */
export async function judgeHandled(run: Run, step: PlanStep): Promise<void> {
  for (;;) {
    try {
      return await judgeSuccess(run, step);
    } catch (error) {
      const asked = askedAbout(step, [...run.saga.irreversible]);
      const isTask = step.kind === 'action' || step.kind === 'parallel';
      if (run.saga.irreversible.size === 0 || asked === null || !isTask) throw error;
      if (!isOwn(error, step)) throw error;
      const failure = asStepFailure(error, step.number);
      const answer = await askAboutFailure(run, step, failure, asked);
      if (answer?.kind !== 'retry') throw error;
    }
  }
}
