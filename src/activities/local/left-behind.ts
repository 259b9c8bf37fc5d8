/**
 * Whether the run before left an environment half changed: its lock was ended with it, not released.
 * Nobody begins there but a repair.
 */
import { changesServers, repairs } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { diagnosed } from '../failures.ts';
import type { DescribedWorkflow } from './temporal.ts';

interface Describing {
  describe(
    workflowId: string,
    runId?: string,
  ): Promise<Pick<DescribedWorkflow, 'running' | 'wasCut' | 'startedBy'> | null>;
}

/** The run that was ended while it held the lock; null: the lock's latest execution was released, or goes on. */
export async function leftBy(
  access: Describing,
  { service, environment }: Pick<ResolvedRun, 'service' | 'environment'>,
): Promise<string | null> {
  const lock = await access.describe(`runsheet-lock:${service}:${environment}`);
  return lock === null || !lock.wasCut ? null : endedHolder(access, lock);
}

/** Open, it goes on, and nobody changes the servers before it has the lock again or is done. */
export async function endedHolder(
  access: Describing,
  { startedBy }: Pick<DescribedWorkflow, 'startedBy'>,
): Promise<string | null> {
  if (startedBy === null) return null;
  const holder = await access.describe(startedBy.workflowId, startedBy.runId);
  return holder?.running === true ? null : startedBy.workflowId;
}

/** @throws ApplicationFailure DIRTY_ENVIRONMENT for a run that changes servers and is no repair */
export async function refuseDirty(access: Describing, run: ResolvedRun): Promise<void> {
  const { plan, service, environment } = run;
  if (repairs(plan) || !plan.steps.some(changesServers)) return;
  const left = await leftBy(access, run);
  if (left === null) return;
  throw diagnosed(run, diagnose('DIRTY_ENVIRONMENT', 'ended', { run: left, service, environment }));
}
