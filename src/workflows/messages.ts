/** Names and shapes of what a run answers to. Pure: imported by the workflow and by the typed client. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CompletionFactId } from '../actions/success-rules.ts';
import type { Decision, Judgement } from '../activities/contract.ts';
import type { Successor } from '../activities/supersede-contract.ts';
import type { Plan } from '../plan/plan.ts';
import type { AnswerWord, Question } from '../plan/question.ts';
import type { CriterionEvidence, PreflightCheck, RunOutcome } from '../plan/run.ts';

/** What a caller sends with `approve` and `reject`. */
export type DecisionMessage = Omit<Decision, 'kind'>;

/** What a caller sends with `retry`, `skip` and `rollback`. */
export interface ResolutionMessage extends DecisionMessage {
  /** With `retry`: the former release is started with runsheet.yaml as it is now. */
  readonly withCurrentSettings?: boolean;
}

export const approveSignal = defineSignal<[DecisionMessage]>('approve');
export const rejectSignal = defineSignal<[DecisionMessage]>('reject');
export const decideUpdate = defineUpdate<Judgement, [Decision]>('decide');
/** Guided failure: what a person says when a step has failed, or a compensation cannot succeed. */
export const retrySignal = defineSignal<[ResolutionMessage]>('retry');
export const skipSignal = defineSignal<[ResolutionMessage]>('skip');
export const rollbackSignal = defineSignal<[ResolutionMessage]>('rollback');
export const resolveUpdate = defineUpdate<
  string,
  [{ readonly action: 'retry' | 'skip' | 'rollback' } & ResolutionMessage]
>('resolve');
/** What a caller sends with `answer`: one of the words that the open question takes. */
export interface AnswerMessage extends ResolutionMessage {
  readonly word: AnswerWord;
}

/** What a newer run sends to those that it replaces. */
export const supersedeUpdate = defineUpdate<Judgement, [Successor]>('supersede');
/** Whatever is asked. */
export const answerSignal = defineSignal<[AnswerMessage]>('answer');
export const answerUpdate = defineUpdate<Judgement, [AnswerMessage]>('answer');
export const statusQuery = defineQuery<RunStatus>('status');
export const planQuery = defineQuery<Plan | null>('plan');
/** The run sheet as Markdown, the same text as the current details and the report. */
export const reportQuery = defineQuery<string>('report');

export type StepState =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'skipped'
  | 'failed'
  | 'rolled_back'
  | 'not_reached';

/** Everything a live view needs; serialised by the status query. Times in ms since the epoch. */
export interface RunStatus {
  readonly workflowId: string;
  readonly requestId: string;
  readonly templateId: string;
  readonly planDigest: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly language: 'zh' | 'en';
  readonly title: string;
  readonly requestedBy: string;
  readonly outcome: RunOutcome;
  /** What happens now, one line: a step, a lock that is waited for, a rollback. */
  readonly activity: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly steps: readonly StepStatus[];
  readonly servers: readonly ServerStatus[];
  /** null: the run has not looked, or changes no server. */
  readonly preflight: PreflightStatus | null;
  /** The batch whose turn it is; null: all servers at once, or not yet, or no more. */
  readonly batch: BatchStatus | null;
  readonly approval: ApprovalStatus | null;
  /** Set while the run waits for the environment's lock. */
  readonly lockWait?: LockWait;
  readonly failure: {
    readonly step: number;
    readonly type: string;
    readonly message: string;
  } | null;
  readonly rollback: readonly string[];
  readonly warnings: readonly string[];
  readonly refusals: readonly string[];
  readonly withoutServiceMs: number;
  /** Set where the run cannot go on without a person: what to do, with the state of every server. */
  readonly needsAttention: string | null;
  /** What waits for people now. Absent: a run of an earlier version. */
  readonly questions?: readonly Question[];
  /** The template's success rules, once the last step that touches servers has been judged. */
  readonly success?: readonly SuccessStatus[];
}

/** What was found before anything was built. */
export interface PreflightStatus {
  readonly state: 'running' | 'passed' | 'failed';
  /** Servers that were looked at. */
  readonly servers: number;
  /** What is not as it should be: failed checks first, a bounded number. */
  readonly findings: readonly PreflightFinding[];
  /** Findings that are not shown. */
  readonly more: number;
}

export interface PreflightFinding {
  /** A server's name, `balancer` or `registry`. */
  readonly subject: string;
  readonly check: PreflightCheck['name'];
  readonly state: 'warning' | 'failed';
  readonly detail: string;
}

export interface BatchStatus {
  /** From 1; the first is the canary. */
  readonly index: number;
  readonly count: number;
  readonly servers: readonly string[];
}

/** Another run changes the servers of the service in the environment; this one is queued. */
export interface LockWait {
  /** The run that holds the lock; null: not known. */
  readonly holder: string | null;
  /** Since when this run waits. */
  readonly sinceMs: number;
  /** Since when the holder has it; null: not known. */
  readonly heldSinceMs: number | null;
  /** How many runs came before and wait too. */
  readonly ahead: number;
}

export interface SuccessStatus {
  readonly fact: CompletionFactId;
  readonly passed: boolean;
  readonly detail: string;
}

export interface StepStatus {
  readonly number: number;
  readonly title: string;
  readonly kind: string;
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** Why skipped, or what failed. */
  readonly note: string;
  readonly criteria: readonly CriterionEvidence[];
  readonly tasks: readonly TaskStatus[];
}

export interface TaskStatus {
  readonly text: string;
  /** null: once for the run, or on several servers. */
  readonly server: string | null;
  /** Where a finished task of many servers is shown as one: how many they were. */
  readonly servers?: number;
  /** skipped: it is about a pool, and there is none. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'skipped';
  readonly startedAtMs: number;
  readonly durationMs: number | null;
  readonly evidence: readonly string[];
}

export interface ServerStatus {
  readonly name: string;
  readonly version: string | null;
  /** none: there is no pool. */
  readonly pool: 'in' | 'out' | 'unknown' | 'none';
  readonly doing: string;
  /** Set where the run goes on without this server: why, and how it was left. */
  readonly excluded?: string;
}

export interface ApprovalStatus {
  readonly step: number;
  readonly roles: readonly string[];
  readonly quorum: string;
  readonly votes: readonly {
    readonly by: string;
    readonly role: string;
    readonly comment: string;
  }[];
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
  readonly delivered: readonly string[];
}
