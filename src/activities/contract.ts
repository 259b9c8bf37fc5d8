/** What the interpreter may call. Types only: workflow code imports nothing else from activities. */
import type { ActionId, CompensationId } from '../actions/index.ts';
import type { Json, Quorum } from '../plan/plan.ts';
import type { MovedServer, MovePoolInput, PermittedMove } from '../plan/pool-move.ts';
import type { Question } from '../plan/question.ts';
import type {
  ActionInput,
  ActionResult,
  CheckoutPlace,
  ImagePin,
  PreflightResult,
  ResolvedRun,
  RunRef,
  ServerBefore,
  SourcePin,
  WorkSeal,
} from '../plan/run.ts';
import type { ProjectSettings } from '../plan/settings.ts';
import type { ServerStates, ShowServersInput } from '../plan/shown-server.ts';
import type { AckedWatch, AckWatchInput, WatchedRun } from '../plan/watched-run.ts';
import type { ShownHostKey } from '../ports/server-host.ts';
import type { BreakLockInput, BrokenLock, LockLook, LookAtLockInput } from './lock-contract.ts';
import type {
  JudgeSuccessorInput,
  SuccessorJudgement,
  SupersededRun,
} from './supersede-contract.ts';

export type {
  BreakLockInput,
  BrokenLock,
  Execution,
  LockLook,
  LookAtLockInput,
} from './lock-contract.ts';

/** What is done for a run. */
export interface OfRun {
  readonly run: RunRef;
  /** Without it, a worker refuses the work; see activities/sealing/proof.ts. */
  readonly seal?: WorkSeal | undefined;
}

/** One activity an action; the activity type is the action's id. */
export type ActionActivities = Record<ActionId, (input: ActionInput) => Promise<ActionResult>>;

/** One activity a compensation. Converges: on a server that is already as before it changes nothing. */
export type CompensationActivities = Record<
  CompensationId,
  (input: CompensationInput) => Promise<ActionResult>
>;

export interface CompensationInput extends OfRun {
  readonly step: number;
  readonly server: string;
  readonly before: ServerBefore;
  readonly project: Partial<ProjectSettings>;
  /** A person wants the former release started with runsheet.yaml as it is now. */
  readonly withCurrentSettings?: boolean;
}

/** What undoes the project's own actions. */
export interface ProjectActivities {
  /** Runs an action's `undo` where the action ran. @throws ApplicationFailure UNDO_FAILED */
  'project.undo'(input: UndoCommandInput): Promise<ActionResult>;
}

export interface UndoCommandInput extends OfRun {
  readonly step: number;
  /** `name`: the key of runsheet.yaml's `actions`. */
  readonly settings: Readonly<Record<string, Json>>;
  readonly project: Partial<ProjectSettings>;
  /** Those of the batch or the run. */
  readonly servers: readonly string[];
  /** Where it ran on one. */
  readonly server?: string;
  /** What ran there before; null: nothing, it is not known, or not one version. */
  readonly previousVersion: string | null;
  /** Where it ran in the checkout. */
  readonly source?: SourcePin;
  readonly checkout?: string;
}

/** Run as local activities: their results cannot be completed from outside. */
export interface LocalActivities {
  /**
   * Compiles the template, reads the request and the project file, and returns everything pinned.
   * @throws ApplicationFailure, non-retryable, type BAD_REQUEST | UNKNOWN_TEMPLATE | BAD_TEMPLATE |
   * BAD_PROJECT_FILE, with every diagnostic rendered in the message.
   */
  resolvePlan(input: ResolvePlanInput): Promise<ResolvedRun>;
  /** Judges one decision against the policy as it stands now. Never throws for a bad decision. */
  judgeDecision(input: JudgeInput): Promise<Judgement>;
  /** Which of our search attributes the server knows, registering them where it may. */
  ensureSearchAttributes(): Promise<{ readonly registered: boolean; readonly note: string }>;
  /** Who holds a lock and who waits for it; one that no run of ours holds is terminated here. */
  lookAtLock(input: LookAtLockInput): Promise<LockLook>;
  /**
   * Reads back from the registry what a worker that builds says it has pushed: the project's own word.
   * @returns the pin @throws ApplicationFailure PUSH_NOT_CONFIRMED | IMAGE_TAG_TAKEN
   */
  confirmImage(input: ActionInput): Promise<ImagePin>;
  /**
   * Ends a lock at the word of a person whose role may, signed, so that its holder and the next run know
   * that it was no stranger. @throws ApplicationFailure LOCK_FREE, or as the judge names it
   */
  breakLock(input: BreakLockInput): Promise<BrokenLock>;
  /** Judges whether a newer run may replace this one, which waits for its approval. */
  judgeSuccessor(input: JudgeSuccessorInput): Promise<SuccessorJudgement>;
  /** Asked by a lock: whether the run that started it has told it to end, as the server knows who signals. */
  releasedByHolder(): Promise<boolean>;
}

export interface AwaitLockInput extends OfRun {
  readonly lockId: string;
  /** The execution that was looked at. */
  readonly execution: string;
}

export interface ResolvePlanInput {
  readonly templateId: string;
  readonly workflowId: string;
  readonly requestId: string;
  /** Options of the start that would end the run midway or start it again; absent: it is no run (`plan --probe`). */
  readonly bounds?: readonly string[];
  /** The workflow's arguments as they came. */
  readonly inputs: readonly Json[];
}

export interface JudgeInput extends OfRun {
  readonly step: number;
  readonly approvers: readonly string[];
  readonly quorum: Quorum;
  readonly accepted: readonly AcceptedVote[];
  readonly decision: Decision;
  /** resolution: says how a stuck run goes on. Role as for an approval, one's own run allowed. */
  readonly purpose?: 'approval' | 'resolution';
}

export interface Decision {
  readonly kind: 'approve' | 'reject';
  readonly by: string;
  readonly comment?: string;
  readonly step?: number;
}

export interface AcceptedVote {
  /** Person id of runsheet.yaml. */
  readonly person: string;
  readonly name: string;
  readonly role: string;
  readonly comment?: string;
}

export type Judgement =
  | {
      readonly accepted: true;
      readonly vote: AcceptedVote;
      readonly quorumReached: boolean;
      readonly missing: string;
    }
  /** `code` is a refusal's name (NOT_AN_APPROVER, SELF_APPROVAL, …), `reason` a sentence in the run's language. */
  | { readonly accepted: false; readonly code: string; readonly reason: string };

/** Run as ordinary activities around the actions. */
export interface SystemActivities {
  /** Resolves `version` to a commit (or content digest). */
  resolveSource(input: OfRun): Promise<SourcePin>;
  /**
   * Makes the run's clean checkout, or finds that which is there, and says where it is. On a worker
   * that builds.
   */
  takeCheckout(input: OfRun & { readonly source?: SourcePin }): Promise<CheckoutPlace>;
  /** Reads what one server runs and how it stands in the pool. Changes nothing. */
  probeServer(input: ServerInput): Promise<ServerBefore>;
  /** Other runs' requests of the same service and environment that wait for approval, and filed ones. */
  findPendingApprovals(input: { readonly run: RunRef }): Promise<readonly string[]>;
  /**
   * Waits until a lock is free and it is this run's turn, or somebody else has it. Changes nothing:
   * whoever has waited looks again.
   */
  awaitLock(input: AwaitLockInput): Promise<void>;
  /** Asks runs of the same place that wait for their approval to make way. @returns what each has answered */
  supersedeRuns(input: OfRun): Promise<readonly SupersededRun[]>;
  /** Sends the approval request on the step's channels that are configured. Returns who and what got it. */
  announceApproval(
    input: AnnounceApprovalInput,
  ): Promise<{ readonly delivered: readonly string[]; readonly failed: readonly string[] }>;
  /** Sends a question that is no approval on every channel that is configured. */
  announceQuestion(
    input: AnnounceQuestionInput,
  ): Promise<{ readonly delivered: readonly string[]; readonly failed: readonly string[] }>;
  /** Errors and response time from the balancer's counters since the enable, held by the caller against step 8's thresholds. */
  measureOutcome(input: ServersInput & { readonly step: number }): Promise<ActionResult>;
  /** After success, per server: restart policy, retire what was kept, prune old releases. */
  finishServer(input: ServerInput & { readonly image: ImagePin | null }): Promise<ActionResult>;
}

/** Of a person who moves a server in or out of its pool, beside all runs. */
export interface PoolMoveActivities {
  /** As a local activity. @throws ApplicationFailure LOCK_HELD, or as the judge names it */
  permitMove(input: MovePoolInput): Promise<PermittedMove>;
  /** @throws ApplicationFailure LOCK_HELD | POOL_FLOOR */
  moveServer(input: PermittedMove): Promise<MovedServer>;
}

/** Of the watch over a run, which outlives it. */
export interface WatchActivities {
  /** As a local activity. @throws ApplicationFailure WATCH_NOT_YOURS where its run did not start the watch */
  beginWatch(input: OfRun): Promise<WatchedRun>;
  /** Waits until the run has ended. `isLeft`: somebody else has ended it while it held its lock. */
  awaitRunEnd(input: OfRun): Promise<{ readonly isLeft: boolean }>;
  /** Tells people so, on every channel, where it still is so. @returns who got it */
  alarm(
    input: OfRun & { readonly number: number },
  ): Promise<{ readonly isLeft: boolean; readonly sent: readonly string[] }>;
  /**
   * As a local activity: tells the watch over a run that was ended that a person whose role may takes care
   * of it. @throws ApplicationFailure NO_WATCH | ALREADY_ACKNOWLEDGED, or as the judge names it
   */
  acknowledgeWatch(input: AckWatchInput): Promise<AckedWatch>;
}

/** Around the actions on real servers. */
export interface FleetActivities {
  /** One server before anything is built: findings are values, so that all are told at once. */
  preflightServer(input: PreflightServerInput): Promise<PreflightResult>;
  /** Balancer, registry, source, and what would be filled in on each server, before anything is built. */
  preflightShared(input: PreflightSharedInput): Promise<readonly PreflightResult[]>;
  /** Removes old releases that never started, then fetches this one by digest, before the service is interrupted. */
  prefetchServer(input: ServerInput & { readonly image: ImagePin }): Promise<ActionResult>;
  /** Holds the health of these servers for so long. @throws ApplicationFailure CANARY_UNHEALTHY */
  observeServers(input: ObserveInput): Promise<ActionResult>;
  /**
   * Until this worker has finished all the servers, or until cancelled, and then a success with its
   * evidence: a balancer whose process changed gets the states again that it had. Its cancellation
   * comes with a heartbeat, so a short heartbeat timeout lets it end soon. It has to last as long as
   * the run has servers out of the pool.
   */
  guardPool(input: ServersInput): Promise<ActionResult>;
  /** What the servers of an environment run, and how they stand, for `runsheet servers`. Changes nothing. */
  showServers(input: ShowServersInput): Promise<ServerStates>;
  /** The host key that a server shows, for `runsheet hosts trust`. */
  showHostKey(input: { readonly server: string }): Promise<ShownHostKey>;
}

export interface ServerInput extends OfRun {
  readonly server: string;
  readonly project: Partial<ProjectSettings>;
}

export interface ServersInput extends OfRun {
  readonly servers: readonly string[];
  readonly project: Partial<ProjectSettings>;
}

export interface PreflightServerInput extends ServerInput {
  /** The actions of the plan. */
  readonly does: readonly ActionId[];
}

export interface PreflightSharedInput extends ServersInput {
  /** The actions of the plan. */
  readonly does: readonly ActionId[];
}

export interface ObserveInput extends ServersInput {
  readonly step: number;
  readonly seconds: number;
  /** Percent of failed requests at which they are unhealthy, from the document; null: it names none. */
  readonly maximumErrorPercent: number | null;
}

export interface AnnounceApprovalInput extends OfRun {
  readonly step: number;
  readonly title: string;
  readonly kind: 'request' | 'reminder' | 'closed';
  readonly channels: readonly string[];
  readonly approverRoles: readonly string[];
  readonly expiresAtMs: number;
  readonly servers: readonly string[];
  /** The first lines of the message: skips, warnings, evidence so far. */
  readonly lines: readonly string[];
  readonly outcome?: string;
}

export interface AnnounceQuestionInput extends OfRun {
  readonly question: Question;
  /** The step's. */
  readonly title: string;
  /** Ids of the roles that may answer; none: any person whom the project knows. */
  readonly roles: readonly string[];
  readonly servers: readonly string[];
  /** It was told before. */
  readonly isRepeated: boolean;
  /** Names this notice of the question. */
  readonly atMs: number;
}

export type Activities = ActionActivities &
  CompensationActivities &
  ProjectActivities &
  LocalActivities &
  SystemActivities &
  WatchActivities &
  PoolMoveActivities &
  FleetActivities;
