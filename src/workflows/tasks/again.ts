/** A task as its step's 失败处理 has it: done again where it fails, and never again once it is done. */
import { sleep } from '@temporalio/workflow';
import { ACTIONS } from '../../actions/index.ts';
import { measures } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import { irreversibleIn } from '../../plan/failure/attempts.ts';
import { handlingOf } from '../../plan/failure/handling.ts';
import { isRunWide } from '../../plan/failure/meaning.ts';
import type { Task } from '../../plan/plan.ts';
import type { Run } from '../run.ts';
import { asStepFailure } from '../steps/failure.ts';
import { summaryOf } from './activities.ts';
import { serversOf } from './targets.ts';
import { runTask } from './task.ts';
import { type TaskStep, tasksOf } from './tasks-of-step.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;

/** @throws as runTask, once it has failed as often as it may */
export async function runTaskAgain(
  run: Run,
  step: TaskStep,
  index: number,
  server: string | null,
): Promise<void> {
  const handling = handlingOf(step);
  if (handling === null && !mayBeAsked(run, step)) return runTask(run, step, index, server);
  const key = keyOf(run, step, index, server);
  if (run.done.has(key)) return;
  const times = handling?.kind === 'retry' ? handling.times : 0;
  let todo = [index];
  for (let failed = 0; ; failed += 1) {
    try {
      for (const each of todo) await runTask(run, step, each, server);
      run.done.add(key);
      return;
    } catch (error) {
      if (failed >= times || !isOwn(error, step)) throw error;
      const { type } = asStepFailure(error, step.number);
      if (type === 'CRITERION_FAILED') todo = measuringWith(run, step, index, server);
    }
    const text = say(run.ref, `重试 ${failed + 1}/${times}`, `retry ${failed + 1} of ${times}`);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed);
    await sleep(pauseMs, { summary: summaryOf(step.number, server, text) });
    for (const task of todo) run.facts.forgetTask({ step: step.number, task, server });
  }
}

/** Whether a person may be asked about the step because of what the run cannot take back. */
function mayBeAsked(run: Run, step: TaskStep): boolean {
  const { actions } = run.resolved.settings;
  const isIrreversible = ({ task }: { task: Task }): boolean =>
    irreversibleIn(actions, task) !== null;
  return run.saga.irreversible.size > 0 || tasksOf(run, step).some(isIrreversible);
}

/** A task that judges what others have measured is of no use without them: 验证测试通过率 after the tests. */
function measuringWith(run: Run, step: TaskStep, index: number, server: string | null): number[] {
  const tasks = tasksOf(run, step).map(({ task }) => task);
  const judged = tasks[index];
  return tasks.flatMap((task, at) => {
    if (at === index) return [at];
    const isBefore = at < index && serversOf(run, task).includes(server);
    const shares =
      judged !== undefined &&
      ACTIONS[task.action].measures.some(({ id }) => measures(judged.action, id));
    return isBefore && shares ? [at] : [];
  });
}

/** Whether a failure is the step's own: what concerns the whole run is decided at once. */
export function isOwn(error: unknown, step: TaskStep): boolean {
  const { kind, type } = asStepFailure(error, step.number);
  return kind === 'failed' && !isRunWide(type);
}

/** What failed is to be done again: where every task was done, those whose measurements were not enough. */
export function reopen(run: Run, step: TaskStep): void {
  const { servers } = run.scope;
  const keys = tasksOf(run, step).flatMap(({ task }, index) =>
    [null, ...servers].map((server) => ({ task, index, server })),
  );
  for (const { task, index, server } of keys) {
    if (ACTIONS[task.action].measures.length === 0) continue;
    run.done.delete(keyOf(run, step, index, server));
    run.facts.forgetTask({ step: step.number, task: index, server });
  }
}

function keyOf(run: Run, step: TaskStep, index: number, server: string | null): string {
  return `${run.scope.batch ?? ''} ${step.number} ${index} ${server ?? ''}`;
}
