/**
 * What a failure means for every server of a run: whether the run goes on, and what is undone where.
 * The one place that decides it: the run does what this says, and the plan, `check --explain` and the
 * approval show it. Pure.
 */
import type { Plan, RollbackPolicy } from '../plan.ts';
import { isTold } from './order.ts';
import type { UndoId } from './undoing.ts';

/** Why a run ends before its last step. */
export type FailureKind = 'failed' | 'rejected' | 'expired' | 'superseded' | 'cancelled';

export interface Failure {
  readonly step: number;
  readonly kind: FailureKind;
  /** Stable upper-case name. */
  readonly type: string;
  /** null: it is not one server's. */
  readonly server: string | null;
}

/** How far the run has come when something fails. */
export interface Situation {
  /** Every server of the run, excluded ones too. */
  readonly servers: readonly string[];
  readonly excluded: Pick<ReadonlySet<string>, 'has' | 'size'>;
  /** The servers that the step works on, and the batch that they are, from 0; null: all of them. */
  readonly scope: { readonly servers: readonly string[]; readonly batch: number | null };
  /** Server → what was attempted there and is not undone, in that order. */
  readonly changes: ReadonlyMap<string, readonly UndoId[]>;
  /** The same of what was done once, for a batch or the run. */
  readonly shared: readonly SharedChange[];
  /** Whether a server is in the pool. */
  isServing(server: string): boolean;
}

export interface SharedChange {
  readonly undo: UndoId;
  /** Servers to which something was done before it and something after it, so that it is undone in between. */
  readonly between: readonly string[];
}

/**
 * unchanged: nothing was done to it. undone: it is put back as it was. kept: it stays as it is,
 * changed or half changed. excluded: it is put back, and the others go on, or went on before.
 * deployed: it runs the new version for good. goes_on: the failure is another server's.
 */
export type Fate = 'unchanged' | 'undone' | 'kept' | 'excluded' | 'deployed' | 'goes_on';

export interface ServerMeaning {
  readonly server: string;
  readonly fate: Fate;
  /** What is done to put it back, in that order. */
  readonly undo: readonly UndoId[];
  /**
   * at_once: with all the others. in_turn: it takes traffic, so never more than the pool can spare; but
   * at once where something is undone once for several, while all of them are half undone.
   */
  readonly pace: 'at_once' | 'in_turn';
}

export interface FailureMeaning {
  /** How the run ends; null: it goes on. */
  readonly outcome: 'succeeded' | 'rolled_back' | FailureKind | null;
  /** In the order of the run's servers. */
  readonly servers: readonly ServerMeaning[];
  /** What was done once, for a batch or the run: what of it is undone, in that order, and what is not. */
  readonly shared: {
    readonly undo: readonly SharedChange[];
    readonly kept: readonly SharedChange[];
  };
}

/** What of a plan decides it. */
export type DecidingPlan = Pick<Plan, 'steps' | 'rollback' | 'rolling'>;

/** Failures that say something about the whole run, whichever server they came up at. */
const RUN_WIDE: readonly string[] = [
  'POOL_FLOOR',
  'NO_IMAGE',
  'BAD_INPUT',
  'WRONG_PROJECT',
  'FORGED_INPUT',
  'SEAL_KEY_UNKNOWN',
  'LOCK_LOST',
  'LOCK_BROKEN',
  'LOCK_NOT_ACQUIRED',
];
/** Whether a failure is one of the whole run, so that a server, a step or a retry less changes nothing. */
export function isRunWide(type: string): boolean {
  return RUN_WIDE.includes(type) || type === WAS_RESET;
}

/** The history was set back and the servers were not: nothing that it knows of them holds. */
export const WAS_RESET = 'RUN_WAS_RESET';

export function meaningOfFailure(
  plan: DecidingPlan,
  failure: Failure,
  situation: Situation,
): FailureMeaning {
  const verdict = verdictOn(plan, failure, situation);
  const shared = sharedMeaning(verdict, situation.shared);
  const servers = situation.servers.map((server): ServerMeaning => {
    const changes = situation.changes.get(server) ?? [];
    const fate = fateOf(server, verdict, failure, situation);
    const undo = isPutBack(server, fate, verdict, failure) ? changes.toReversed() : [];
    const waits = shared.undo.some(({ between }) => between.includes(server));
    const pace = situation.isServing(server) && !waits ? 'in_turn' : 'at_once';
    return { server, fate, undo, pace };
  });
  return { outcome: outcomeOf(verdict, failure, servers, shared), servers, shared };
}

/** deployed: the run has succeeded. tolerated: it goes on without the server. Else the document's word. */
type Verdict = 'deployed' | 'tolerated' | RollbackPolicy;

function verdictOn(plan: DecidingPlan, failure: Failure, situation: Situation): Verdict {
  if (failure.type === WAS_RESET) return 'terminate';
  if (isTold(plan, failure.step)) return 'deployed';
  return tolerates(plan, failure, situation) ? 'tolerated' : policyOf(plan, failure.step);
}

function fateOf(
  server: string,
  verdict: Verdict,
  failure: Failure,
  { excluded, changes }: Situation,
): Fate {
  if (excluded.has(server)) return 'excluded';
  if (verdict === 'deployed') return 'deployed';
  if (verdict === 'tolerated') return server === failure.server ? 'excluded' : 'goes_on';
  if ((changes.get(server) ?? []).length === 0) return 'unchanged';
  return verdict === 'terminate' ? 'kept' : 'undone';
}

/** Servers excluded before are put back by then; what could not be is tried again with all the others. */
function isPutBack(server: string, fate: Fate, verdict: Verdict, failure: Failure): boolean {
  if (fate === 'undone') return true;
  if (fate !== 'excluded') return false;
  if (verdict === 'tolerated') return server === failure.server;
  return verdict === 'restore' || verdict === 'switch_back';
}

/** What is not one server's stays as long as the run goes on. */
function sharedMeaning(
  verdict: Verdict,
  shared: readonly SharedChange[],
): FailureMeaning['shared'] {
  const isUndone = verdict === 'restore' || verdict === 'switch_back';
  const isKept = verdict === 'terminate';
  return { undo: isUndone ? shared.toReversed() : [], kept: isKept ? shared : [] };
}

function outcomeOf(
  verdict: Verdict,
  { kind }: Failure,
  servers: readonly ServerMeaning[],
  shared: FailureMeaning['shared'],
): FailureMeaning['outcome'] {
  if (verdict === 'deployed') return 'succeeded';
  if (verdict === 'tolerated') return null;
  if (kind !== 'failed') return kind;
  const isUndone = shared.undo.length > 0 || servers.some(({ fate }) => fate === 'undone');
  return isUndone ? 'rolled_back' : 'failed';
}

/** What the document says of a step. One that its ranges leave out: undo what there is. */
export function policyOf({ steps, rollback }: DecidingPlan, step: number): RollbackPolicy {
  // Numbers name steps; the document's order is what counts.
  const at = (number: number): number => steps.findIndex((each) => each.number === number);
  const rule = rollback.find(({ from, to }) => at(from) <= at(step) && at(step) <= at(to));
  return rule?.policy ?? 'restore';
}

/**
 * Whether the run goes on without the server: the budget is not spent, it is not the whole first
 * batch, and another one is left.
 */
function tolerates(
  { rolling }: DecidingPlan,
  { kind, type, server }: Failure,
  { servers, excluded, scope }: Situation,
): boolean {
  if (rolling === undefined || server === null || kind !== 'failed') return false;
  if (excluded.has(server) || excluded.size >= rolling.failureBudget) return false;
  if (RUN_WIDE.includes(type)) return false;
  const isWholeCanary = scope.batch === 0 && scope.servers.length === 1;
  return !isWholeCanary && servers.length - excluded.size > 1;
}
