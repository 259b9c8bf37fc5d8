/** A rolling group: all its steps on the first batch, the canary, then on the next, and so on. */

import { sleep } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { changesServers } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { PlanStep, RollingRule } from '../../plan/plan.ts';
import { batchesOf, rolledSteps } from '../../plan/rolling.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { concludeStep } from '../judging/conclude-step.ts';
import { criterionFor } from '../judging/success.ts';
import {
  type FleetParts,
  type ProgressPart,
  type Run,
  type RunIdentity,
  type ShownPart,
  stepStatus,
  type TolerantParts,
} from '../run.ts';
import { changed, enterStep, leaveStep } from '../showing/status.ts';
import { beginTask, endTask } from '../showing/tasks.ts';
import { judgeHandled } from '../steps/handled.ts';
import { beats, observations, summaryOf } from '../tasks/activities.ts';
import { settleExclusions } from './excluded.ts';
import { isEmptied, serversInRun, widenScope } from './scope.ts';
import { enterServers } from './servers.ts';

/** On top of the time that a canary is observed, before the observation counts as lost. */
const MARGIN_SECONDS = 120;

type RunOneStep = (run: Run, step: PlanStep) => Promise<void>;

/** @param runStep runs one step on the servers of the scope, unless it is skipped */
export async function runRolling(run: Run, runStep: RunOneStep): Promise<void> {
  const { rolling: rule } = run.plan;
  const steps = rolledSteps(run.plan);
  const last = steps.at(-1);
  if (rule === undefined || last === undefined) return;
  await enterGroup(run, steps);
  const batches = batchesOf(serversInRun(run), rule);
  for (const [index, servers] of batches.entries()) {
    beginBatch(run, steps, { index, count: batches.length, servers });
    for (const step of steps) if (!isEmptied(run)) await runStep(run, step);
    if (index === batches.length - 1) break;
    if (index === 0 && rule.observeSeconds > 0) await observe(run, rule, last.number);
    await pause(run, rule, last.number, index + 1);
  }
  await settleExclusions(run);
  run.status.batch = null;
  widenScope(run);
  await judgeGroup(run, steps, last);
}

interface Batch {
  readonly index: number;
  readonly count: number;
  readonly servers: readonly string[];
}

/** The lock and the look at the servers come before the batches: both may leave servers out. */
async function enterGroup(run: Run, steps: readonly PlanStep[]): Promise<void> {
  const first = steps.find(changesServers);
  if (first === undefined || run.lock !== null) return;
  run.currentStep = first.number;
  enterStep(run, first.number, 'running');
  await enterServers(run, first.number);
}

function beginBatch(
  run: FleetParts,
  steps: readonly PlanStep[],
  { index, count, servers }: Batch,
): void {
  run.scope = { servers, batch: index };
  run.status.batch = { index: index + 1, count, servers: [...servers] };
  const note = say(run.ref, `批次 ${index + 1}/${count}`, `batch ${index + 1} of ${count}`);
  for (const step of steps) {
    const shown = stepStatus(run, step.number);
    if (shown.state !== 'skipped') shown.note = note;
  }
  changed(run);
}

/** @throws where a server of the canary is ill: that is the failure of the group's last step. */
async function observe(
  run: TolerantParts & ProgressPart,
  rule: RollingRule,
  step: number,
): Promise<void> {
  const { observeSeconds: seconds } = rule;
  const text = say(run.ref, `观察首批 ${seconds} 秒`, `observe the first batch for ${seconds} s`);
  const project = sectionsOf(run.resolved.settings, OPERATIONS.observeServers);
  run.currentStep = step;
  const shown = beginTask(run, step, text, null);
  try {
    const { evidence } = await observations.observeServers.executeWithOptions(
      {
        ...beats(run.resolved.settings),
        summary: summaryOf(step, null, text),
        startToCloseTimeout: (seconds + MARGIN_SECONDS) * 1000,
        scheduleToCloseTimeout: 2 * (seconds + MARGIN_SECONDS) * 1000,
      },
      [
        {
          run: run.ref,
          seal: sealFor(run.resolved.proof, 'observeServers'),
          servers: run.scope.servers,
          project,
          step,
          seconds,
          maximumErrorPercent: errorLimit(run),
        },
      ],
    );
    shown.evidence.push(...evidence.slice(0, 1));
    endTask(run, shown, 'succeeded');
  } catch (error) {
    endTask(run, shown, 'failed');
    throw error;
  }
}

/** Percent of failed requests that the document's threshold forbids; null: it sets none as a number. */
function errorLimit(run: RunIdentity): number | null {
  const { comparison, threshold } = criterionFor(run, 'service.error_rate');
  if (typeof threshold !== 'number') return null;
  return comparison === '<=' ? threshold + Number.EPSILON : threshold;
}

async function pause(
  run: RunIdentity & ShownPart & ProgressPart,
  rule: RollingRule,
  step: number,
  done: number,
): Promise<void> {
  if (rule.pauseSeconds <= 0) return;
  const text = say(
    run.ref,
    `批次 ${done} 完成，间隔 ${rule.pauseSeconds} 秒`,
    `batch ${done} is done, a pause of ${rule.pauseSeconds} s`,
  );
  run.currentStep = step;
  run.status.activity = text;
  changed(run);
  await sleep(rule.pauseSeconds * 1000, { summary: summaryOf(step, null, text) });
}

/** What all batches measured together, and the template's success rules over all servers. */
async function judgeGroup(run: Run, steps: readonly PlanStep[], last: PlanStep): Promise<void> {
  for (const step of steps) {
    if (stepStatus(run, step.number).state === 'skipped') continue;
    run.currentStep = step.number;
    if (run.forgiven.has(step.number)) {
      leaveStep(run, step.number, 'skipped');
      continue;
    }
    if (step.kind === 'action' || step.kind === 'parallel') concludeStep(run, step);
    if (step === last && changesServers(last)) await judgeHandled(run, last);
    leaveStep(run, step.number, 'succeeded');
  }
}
