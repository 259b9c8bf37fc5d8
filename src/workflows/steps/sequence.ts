/** Goes through the steps in the document's order until the last or the first failure. */
import { CancellationScope } from '@temporalio/workflow';
import { isTrue } from '../../plan/evaluate.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { rolledSteps } from '../../plan/rolling.ts';
import { settleLeavings } from '../fleet/left-out.ts';
import { letGo } from '../fleet/pool-guard.ts';
import { preflight } from '../fleet/preflight.ts';
import { runRolling } from '../fleet/rolling.ts';
import { enterServers, finishServers } from '../fleet/servers.ts';
import { judgeSuccess } from '../judging/success.ts';
import { presentationOf, type Run, say, stepStatus } from '../run.ts';
import { enterStep, leaveStep, warn } from '../showing/status.ts';
import { summaryOf, system } from '../tasks/activities.ts';
import { changesServers, isNotification } from '../tasks/targets.ts';
import { asStepFailure, type StepFailure } from './failure.ts';
import { runStep } from './index.ts';

/** @returns the failure that ended the run; null: the deployment is done, whatever could not be told. */
export async function runSteps(run: Run): Promise<StepFailure | null> {
  const { steps } = run.plan;
  const lastWork = steps.findLastIndex((step) => !isNotification(step));
  try {
    if (run.realServers) await preflight(run);
    await pinSource(run);
    await runWork(run, steps.slice(0, lastWork + 1));
  } catch (error) {
    return asStepFailure(error, currentStep(run));
  }
  run.verdict = 'succeeded';
  await CancellationScope.nonCancellable(async () => {
    await completeDeployment(run);
    await runNotifications(run);
  });
  return null;
}

/** The steps in their order; those of the rolling group batch by batch. */
async function runWork(run: Run, steps: readonly PlanStep[]): Promise<void> {
  const { rolling } = run.plan;
  const group = rolledSteps(run.plan);
  for (const step of steps) {
    if (rolling === undefined || !group.includes(step)) await runUnlessSkipped(run, step);
    else if (step === group[0]) await runRolling(run, rolling, group, runUnlessSkipped);
  }
}

/** Tells how the run ended: every notification step that has not been taken up, each on its own. */
export async function runNotifications(run: Run): Promise<void> {
  for (const step of run.plan.steps) {
    if (!isNotification(step) || run.attempted.has(step.number)) continue;
    try {
      await runUnlessSkipped(run, step);
    } catch (error) {
      const { message } = asStepFailure(error, step.number);
      leaveStep(run, step.number, 'failed', message);
      warn(run, `${step.number} ${presentationOf(run.plan, step.number).title}: ${message}`);
    }
  }
}

async function runUnlessSkipped(run: Run, step: PlanStep): Promise<void> {
  run.attempted.add(step.number);
  run.currentStep = step.number;
  const skipped = skipReason(run, step);
  if (skipped !== null) {
    leaveStep(run, step.number, 'skipped', skipped);
    return;
  }
  enterStep(run, step.number, 'running');
  if (changesServers(step) && run.lock === null) await enterServers(run, step.number);
  enterStep(run, step.number, 'running');
  await runStep(run, step);
  // In a rolling group the servers are judged together, after the last batch.
  if (run.scope.batch !== null) return;
  if (step.number === lastServerStep(run)) await judgeSuccess(run, step);
  leaveStep(run, step.number, 'succeeded');
}

/** Why a step is left out: the request says so, a branch did, or a rule of its own. */
function skipReason(run: Run, step: PlanStep): string | null {
  const override = run.resolved.overrides.skip.find((each) => each.step === step.number);
  if (override !== undefined) {
    return say(run, `请求跳过：${override.reason}`, `skipped by the request: ${override.reason}`);
  }
  const branch = run.branchSkips.get(step.number);
  if (branch !== undefined) return branch;
  const scope = { parameters: run.resolved.parameters, variables: run.variables };
  const holds = step.skipWhen.some((expression) => isTrue(expression, scope));
  return holds ? say(run, '符合跳过条件', 'its skip condition holds') : null;
}

function lastServerStep(run: Run): number | undefined {
  return run.plan.steps.findLast((step) => changesServers(step))?.number;
}

/** The step that a failure belongs to: the last that was begun, else the first. */
function currentStep(run: Run): number {
  return run.currentStep ?? run.plan.steps[0]?.number ?? 0;
}

/** Pins what `version` stands for, before the first step. */
async function pinSource(run: Run): Promise<void> {
  const first = run.plan.steps[0];
  if (first === undefined) return;
  const phrase = say(run, `取出 ${run.ref.version}`, `check out ${run.ref.version}`);
  run.source = await system.resolveSource.executeWithOptions(
    { summary: summaryOf(first.number, null, phrase) },
    [{ run: run.ref }],
  );
}

/** The servers run the new version for good; the next run may begin. */
async function completeDeployment(run: Run): Promise<void> {
  if (run.lock === null) return;
  const step = lastServerStep(run);
  await settleLeavings(run);
  if (step !== undefined) await finishServers(run, step);
  run.background.push(letGo(run));
}

/**
 * The steps as they stand when the run fails: those that were not begun, and those of a rolling group
 * that earlier batches have been through.
 */
export function markUnreached(run: Run): void {
  for (const step of run.plan.steps) {
    const shown = stepStatus(run, step.number);
    if (shown.state === 'pending' && !isNotification(step)) shown.state = 'not_reached';
    if (shown.state === 'running') shown.state = 'succeeded';
  }
}
