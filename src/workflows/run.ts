/** What the parts of the interpreter share about one run. Lives in the workflow's memory only. */
import type { Json, Plan, StepPresentation } from '../plan/plan.ts';
import type {
  ImagePin,
  ResolvedRun,
  RunOutcome,
  RunRef,
  ServerBefore,
  SourcePin,
} from '../plan/run.ts';
import type { DecisionDesk } from './decisions/desk.ts';
import type { Availability } from './fleet/availability.ts';
import type { LeftOut } from './fleet/left-out.ts';
import type { HeldLock } from './fleet/lock.ts';
import type { PoolGuard } from './fleet/pool-guard.ts';
import type { Scope } from './fleet/scope.ts';
import type { FactBoard } from './judging/facts.ts';
import type { RunStatus } from './messages.ts';
import type { SearchAttributeWriter } from './showing/search-attributes.ts';
import type { Saga } from './undo/saga.ts';

/** A value that may be written to while it is put together. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

export interface Run {
  readonly ref: RunRef;
  readonly resolved: ResolvedRun;
  readonly plan: Plan;
  /** False in a run that began before there were preflight, prefetch and guard: it replays without. */
  readonly realServers: boolean;
  /** False in a run that began when decisions were judged while the request was still being sent. */
  readonly judgesAlone: boolean;
  readonly status: Draft<RunStatus>;
  readonly desk: DecisionDesk;
  readonly facts: FactBoard;
  readonly availability: Availability;
  readonly searchAttributes: SearchAttributeWriter;
  readonly variables: Record<string, Json>;
  readonly saga: Saga;
  /** Server → its place in the status. */
  readonly serverIndex: ReadonlyMap<string, number>;
  /** Servers that the run goes on without. */
  readonly leftOut: Map<string, LeftOut>;
  /** Step → why a branch leaves it out. */
  readonly branchSkips: Map<number, string>;
  /** One line a decision, for the report. */
  readonly decisions: string[];
  /** Notices that need not be waited for; none of them rejects. */
  readonly background: Promise<void>[];
  /** Steps whose tasks have been taken up, so that none runs twice. */
  readonly attempted: Set<number>;
  /** The step that was begun last; null: none. */
  currentStep: number | null;
  /** The servers that a step works on. */
  scope: Scope;
  source: SourcePin | undefined;
  image: ImagePin | undefined;
  /** As each server was when the lock had been taken. */
  before: ReadonlyMap<string, ServerBefore>;
  /** As each server was when the approval was asked for; null: nobody was asked. */
  approvedAgainst: ReadonlyMap<string, ServerBefore> | null;
  /** What a branch's look for pending approval requests found; null: it did not look. */
  pendingApprovals: readonly string[] | null;
  lock: HeldLock | null;
  guard: PoolGuard | null;
  /** How the run ends, once that is known; the status shows it when the run is over. */
  verdict: RunOutcome | null;
  peopleMs: number;
}

/** A sentence in the run's language. */
export function say(run: Pick<Run, 'ref'>, zh: string, en: string): string {
  return run.ref.language === 'zh' ? zh : en;
}

/** The presentation of a step; a plan without one (a hand-made one) shows ids instead of phrases. */
export function presentationOf(plan: Plan, step: number): StepPresentation {
  const found = plan.presentation.steps.find((each) => each.number === step);
  if (found !== undefined) return found;
  return {
    number: step,
    title: `${step}`,
    description: '',
    tasks: [],
    criteria: [],
    notification: [],
  };
}

/** The part of the status that shows a step. */
export function stepStatus(
  run: Pick<Run, 'status'>,
  step: number,
): Draft<RunStatus>['steps'][number] {
  const found = run.status.steps.find((each) => each.number === step);
  if (found === undefined) throw new Error(`step ${step} is not in the status`);
  return found;
}
