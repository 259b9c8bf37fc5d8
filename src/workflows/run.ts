/** One run, in parts: a room takes those that it needs. Lives in the workflow's memory only. */
import type { CancellationScope } from '@temporalio/workflow';
import type {
  ActionStep,
  ApprovalStep,
  Json,
  ParallelStep,
  Plan,
  StepPresentation,
} from '../plan/plan.ts';
import type {
  CheckoutPlace,
  ImagePin,
  ResolvedRun,
  RunOutcome,
  RunRef,
  ServerBefore,
  SourcePin,
} from '../plan/run.ts';
import type { DecisionDesk } from './decisions/desk.ts';
import type { Availability } from './fleet/availability.ts';
import type { FactBoard } from './judging/facts.ts';
import type { RunStatus } from './messages.ts';
import type { SearchAttributeWriter } from './showing/search-attributes.ts';
import type { StepFailure } from './steps/failure.ts';
import type { Saga } from './undo/saga.ts';

/** A value that may be written to while it is put together. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

/** What runs, for whom and where: fixed once the request has been resolved. */
export interface RunIdentity {
  readonly ref: RunRef;
  readonly resolved: ResolvedRun;
  readonly plan: Plan;
}

/** What people see of it. */
export interface ShownPart {
  readonly status: Draft<RunStatus>;
  readonly availability: Availability;
  readonly searchAttributes: SearchAttributeWriter;
  /** Server → its place in the status. */
  readonly serverIndex: ReadonlyMap<string, number>;
  /** Whether the current details are older than the status. */
  outdated: boolean;
}

/** Its servers: which take part, how they were, and what undoes what was done to them. */
export interface ServersPart {
  /** Servers that the run goes on without. */
  readonly excluded: Map<string, Exclusion>;
  readonly saga: Saga;
  /** Where a person wants the former release started with runsheet.yaml as it is now. */
  readonly withCurrentSettings: Set<string>;
  /** The servers that a step works on. */
  scope: Scope;
  /** As each server was when the lock had been taken. */
  before: ReadonlyMap<string, ServerBefore>;
}

export interface Exclusion {
  readonly server: string;
  readonly step: number;
  readonly reason: string;
  /** Ends when it has been put back as it was, or could not be. Never rejects. */
  settled: Promise<void>;
}

export interface Scope {
  readonly servers: readonly string[];
  /** Index of the batch, from 0; null: the steps outside a rolling group. */
  readonly batch: number | null;
}

export interface MeasuredPart {
  readonly facts: FactBoard;
}

/** What nobody else may do to the servers meanwhile. */
export interface LockPart {
  /** null: not taken yet, or given up. */
  lock: EnvironmentLock | null;
  /** Settles once somebody watches over the run, or nobody can; null: it has not changed anything yet. */
  watch: Promise<void> | null;
  guard: PoolGuard | null;
}

/** The run's right to change servers, from the claim until it is given up; it may be lost in between. */
export interface EnvironmentLock {
  /** null: it is lost, and nothing is changed until it has been claimed again. */
  held: HeldLock | null;
  /** The execution of the lock that was held last and has ended; null: none has. */
  lost: string | null;
  /** What changes servers now. */
  readonly inProgress: Set<InProgress>;
  /** Claims it again; null: nobody does now. */
  again: Again | null;
  /** Why no step goes on although the lock is held again; what was done is undone all the same. */
  refusal: StepFailure | null;
  /**
   * Asks a person whether to look again where the servers are not as this run left them; null: it is decided
   * as the failure that it is, for the run is being undone, or has succeeded.
   */
  ask: ((failure: StepFailure, isOver: () => boolean) => Promise<boolean>) | null;
  /** Servers on which somebody else has deployed since: this run touches them no more. */
  readonly foreign: Set<string>;
}

export interface HeldLock {
  /** The run that had it in between, where this one had to wait for it. */
  readonly former: string | null;
  /** The lock's own execution. */
  readonly execution: string;
  /** Who has broken the lock that this run held before, or else the one before, and why; null: nobody. */
  readonly broken: string | null;
  /** Comes where it has ended and nobody has released it. */
  readonly lost: Promise<void>;
  /** Gives the lock up and waits until it is free. Never throws. */
  release(): Promise<void>;
}

interface InProgress {
  /** null: it is not cancelled. */
  readonly scope: CancellationScope | null;
  /** Never rejects. */
  readonly ended: Promise<unknown>;
}

interface Again {
  readonly scope: CancellationScope;
  /** Rejects where the lock is not held again, or the servers are not as the run left them. */
  readonly ended: Promise<void>;
}

export interface PoolGuard {
  /** Ends the guard and waits until it has ended. Never throws. */
  stop(): Promise<void>;
}

/** What is deployed. */
export interface PinnedPart {
  source: SourcePin | undefined;
  image: ImagePin | undefined;
}

/** Where the project's code runs. */
export interface CheckoutPart {
  readonly checkout: {
    /** Where the next task runs in it, once all before it is there; null: nobody has been asked. */
    place: Promise<CheckoutPlace> | null;
    /** What has been done in it, in that order. */
    readonly done: CheckoutTask[];
  };
}

/** A task that runs in the checkout: once for the run or the batch. */
export interface CheckoutTask {
  readonly step: ActionStep | ParallelStep;
  /** Its place among the step's tasks. */
  readonly index: number;
}

/** What people decide. */
export interface DecisionsPart {
  readonly desk: DecisionDesk;
  /** One line a decision, for the report. */
  readonly decisions: string[];
  /** The approval of what somebody on call has begun. */
  readonly afterwards: {
    readonly desk: DecisionDesk;
    /** null: nobody is asked now. */
    asked: AskedAfterwards | null;
    /** How it was decided; null: it is not. */
    outcome: string | null;
  };
  /** Approval step → who approved the last time that it asked, with their role. */
  readonly approvals: Map<number, readonly string[]>;
  /** As each server was when the approval was asked for; null: nobody was asked. */
  approvedAgainst: ReadonlyMap<string, ServerBefore> | null;
  peopleMs: number;
}

interface AskedAfterwards {
  readonly step: ApprovalStep;
  readonly request: {
    /** @returns who approved. @throws StepFailure where it is rejected or expires */
    wait(): Promise<string>;
    /** Nobody decides it any more. */
    withdraw(outcome: string): void;
  };
  /** Settles when the request has been sent. Never rejects. */
  readonly sent: Promise<void>;
}

/** What the branches of the document decide. */
export interface BranchesPart {
  readonly variables: Record<string, Json>;
  /** Step → why a branch leaves it out. */
  readonly branchSkips: Map<number, string>;
  /** What a branch's look for pending approval requests found; null: it did not look. */
  pendingApprovals: readonly string[] | null;
}

/** How far it has come. */
export interface ProgressPart {
  /** Steps whose tasks have been taken up, so that none runs twice. */
  readonly attempted: Set<number>;
  /** Tasks of steps with a 失败处理 that are done: they are not done again with those that failed. */
  readonly done: Set<string>;
  /** Steps that the run goes on without though they failed. */
  readonly forgiven: Set<number>;
  /** The step that was begun last; null: none. */
  currentStep: number | null;
  /** How the run ends, once that is known; the status shows it when the run is over. */
  verdict: RunOutcome | null;
}

export interface BackgroundPart {
  /** Notices that need not be waited for; none of them rejects. */
  readonly background: Promise<void>[];
}

/** What work on servers needs. */
export interface FleetParts extends RunIdentity, ShownPart, ServersPart, LockPart, ProgressPart {}

/** The same where the run may go on without one that fails: what it measured counts no more. */
export interface TolerantParts extends FleetParts, MeasuredPart {}

/** What undoing needs: the servers, and where the project's code runs. */
export interface UndoParts extends FleetParts, PinnedPart, CheckoutPart {}

/** What a question to people needs. */
export interface AskingParts extends RunIdentity, ShownPart, DecisionsPart, BackgroundPart {}

export interface Run extends TolerantParts, AskingParts, PinnedPart, CheckoutPart, BranchesPart {}

export interface InLanguage {
  readonly ref: { readonly language: 'zh' | 'en' };
}

/** Whether the project has a pool that its servers leave and join. */
export function hasPool({ resolved }: RunIdentity): boolean {
  return resolved.settings.balancer.capabilities.pool;
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
export function stepStatus(run: ShownPart, step: number): Draft<RunStatus>['steps'][number] {
  const found = run.status.steps.find((each) => each.number === step);
  if (found === undefined) throw new Error(`step ${step} is not in the status`);
  return found;
}
