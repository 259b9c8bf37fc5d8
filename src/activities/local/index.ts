/** The activities that decide: run as local ones, for an ordinary one's result could be forged from outside. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { SEARCH_ATTRIBUTES } from '../../plan/search-attributes.ts';
import type { Seal } from '../../ports/seal.ts';
import { cancellationOf, here } from '../context.ts';
import type { LocalActivities, ResolvePlanInput, SystemActivities } from '../contract.ts';
import { diagnosed } from '../failures.ts';
import { sealRun } from '../sealing/seal-run.ts';
import { breakLock } from './break-lock.ts';
import { type DecisionPolicy, judge } from './judge.ts';
import { refuseDirty } from './left-behind.ts';
import { awaitTurn, isReleasedByHolder, lookAtLock } from './lock.ts';
import { judgeSuccessor, supersedeRuns } from './supersede.ts';
import { ensureAttributes, pendingApprovals, type TemporalAccess } from './temporal.ts';

export type { DecisionPolicy } from './judge.ts';
export type { ReadHistory, TemporalAccess } from './temporal.ts';

export interface LocalDependencies {
  /** Reads templates and project afresh and resolves the request; the compiler, handed in. */
  readonly resolve: (input: ResolvePlanInput) => Promise<Resolution>;
  /** Roles and people as runsheet.yaml has them now. @throws where it cannot be read */
  readonly policy: () => Promise<DecisionPolicy>;
  /** Made at the first use. */
  readonly temporal: () => Promise<TemporalAccess>;
  readonly taskQueue: string;
  readonly seal: Seal;
}

/** What ends a run while its servers are half changed, or starts it twice. */
function refuseBounds(run: ResolvedRun, bounds: readonly string[] = []): void {
  if (bounds.length === 0) return;
  throw diagnosed(run, diagnose('UNBOUND_RUN', 'option', { option: bounds.join(', ') }));
}

/** Ends of a start that was refused: nothing was done under its id, so that it is free again. */
const REFUSED_STARTS: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'UNKNOWN_TEMPLATE',
  'BAD_TEMPLATE',
  'BAD_PROJECT_FILE',
  'UNBOUND_RUN',
  'RUN_ID_USED',
  'DIRTY_ENVIRONMENT',
]);

/** Told apart by the execution: after a reset, too, an id has two. Asks only for a run, not a probe. */
async function refuseUsedId(
  run: ResolvedRun,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  temporal: LocalDependencies['temporal'],
): Promise<void> {
  const executions = await (await temporal()).executionsOf(workflowId);
  const others = executions.filter((each) => each.runId !== runId);
  if (others.every(({ failure }) => REFUSED_STARTS.has(failure ?? ''))) return;
  throw diagnosed(run, diagnose('RUN_ID_USED', 'used', { run: workflowId }));
}

export type Resolution =
  | { readonly ok: true; readonly run: ResolvedRun }
  /** `message` holds every diagnostic as text. */
  | {
      readonly ok: false;
      readonly type: 'BAD_REQUEST' | 'UNKNOWN_TEMPLATE' | 'BAD_TEMPLATE' | 'BAD_PROJECT_FILE';
      readonly message: string;
    };

/** Failure messages stand in history. */
const MESSAGE_LIMIT = 20_000;

export function createLocalActivities(
  dependencies: LocalDependencies,
): Omit<LocalActivities, 'confirmImage'> &
  Pick<SystemActivities, 'findPendingApprovals' | 'awaitLock' | 'supersedeRuns'> {
  const { resolve, policy, temporal, taskQueue, seal } = dependencies;
  return {
    async resolvePlan(input) {
      const resolution = await resolve(input);
      if (resolution.ok) {
        const { run } = resolution;
        refuseBounds(run, input.bounds);
        // As the server says, not as the input does.
        const names = { ...here(), requestId: input.requestId };
        const proof = await sealRun(seal, run, names);
        if (input.bounds === undefined) return { ...run, taskQueue, proof };
        await refuseUsedId(run, names, temporal);
        await refuseDirty(await temporal(), run);
        return { ...run, taskQueue, proof };
      }
      throw ApplicationFailure.nonRetryable(
        resolution.message.slice(0, MESSAGE_LIMIT),
        resolution.type,
      );
    },
    async judgeDecision(input) {
      let current: DecisionPolicy;
      try {
        current = await policy();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { accepted: false, code: 'BAD_PROJECT_FILE', reason: reason.slice(0, 1000) };
      }
      return judge(input, current);
    },
    async judgeSuccessor(input) {
      return judgeSuccessor({ access: await temporal(), seal, taskQueue }, input, here());
    },
    async supersedeRuns(input) {
      return supersedeRuns(await temporal(), input, taskQueue);
    },
    async ensureSearchAttributes() {
      return ensureAttributes(await temporal(), SEARCH_ATTRIBUTES);
    },
    async lookAtLock(input) {
      return lookAtLock({ access: await temporal(), seal }, input, here());
    },
    async breakLock(input) {
      const access = await temporal();
      return breakLock({ access, seal, policy: await policy(), taskQueue }, input, here());
    },
    async releasedByHolder() {
      return isReleasedByHolder(await temporal(), here());
    },
    async awaitLock(input) {
      const signal = cancellationOf(Context.current());
      await awaitTurn({ access: await temporal(), seal }, input, here(), signal);
    },
    async findPendingApprovals({ run }) {
      return pendingApprovals(await temporal(), run, SEARCH_ATTRIBUTES, taskQueue);
    },
  };
}
