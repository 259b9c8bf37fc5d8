/** What one run is made of: the resolved request, and what activities take and give. */
import type { FactId } from '../actions/index.ts';
import type { Signature } from '../ports/seal.ts';
import type { Json, Plan, Task } from './plan.ts';
import type { ProjectSettings } from './settings.ts';
import type { Unit } from './units.ts';

/** A run request after every check; pinned in history as the result of the `resolvePlan` local activity. */
export interface ResolvedRun {
  readonly plan: Plan;
  /** sha256 over the plan's canonical form, `sha256:` + 64 hex. */
  readonly planDigest: string;
  readonly settings: ProjectSettings;
  readonly project: string;
  readonly service: string;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly environment: string;
  readonly version: string;
  readonly servers: readonly string[];
  readonly overrides: Overrides;
  /** Who decided the plan's `rolling`; null: there is none. */
  readonly rollingFrom: 'template' | 'request' | 'project' | null;
  /** How many servers the pool of the environment has, those outside the run included. */
  readonly poolSize: number;
  readonly requestedBy: string;
  readonly language: 'zh' | 'en';
  /** Warnings that the status, the approval message and the report show. */
  readonly warnings: readonly string[];
  readonly approval: ApprovalPolicy;
  /** Of the project. Absent: that on which the workflow runs. */
  readonly taskQueue?: string;
  /** What it does where another run holds its lock; absent: it waits. */
  readonly lock?: HeldLockRule;
  /** Who is on call and starts it at once, to be approved afterwards; absent: it waits for its approval. */
  readonly onCall?: OnCall;
  /** Runs of the same place that wait for their approval make way for this one; absent: they stay. */
  readonly supersede?: true;
  /** Absent in runs of an earlier Runsheet, which their own worker version finishes. */
  readonly proof?: RunProof;
}

/** One of the environment's `on_call` roles, and who holds it. */
export interface OnCall {
  readonly person: string;
  readonly name: string;
  readonly role: string;
}

/** wait: it queues; refuse: it fails at once, and has changed nothing. */
export type HeldLockRule = 'wait' | 'refuse';

/** Every signature of a run, by what is signed; made once, when the request is resolved. */
export interface RunProof {
  /** Temporal's id of the execution that they are good for. */
  readonly runId: string;
  /** See sealKey of sealed-work.ts. */
  readonly seals: Readonly<Record<string, Signature>>;
}

/** What stands in an activity's input. */
export interface WorkSeal extends Signature {
  readonly runId: string;
}

export interface Overrides {
  readonly skip: readonly { readonly step: number; readonly reason: string }[];
  /** `task` is a known phrase or one of the project's actions; resolved to a Task by resolvePlan. */
  readonly add: readonly { readonly step: number; readonly phrase: string; readonly task: Task }[];
}

export interface ApprovalPolicy {
  readonly allowSelfApproval: boolean;
  /** Seconds before expiry at which one reminder is sent; 0: none. */
  readonly reminderSeconds: number;
}

/** Small and the same in every activity input of a run. */
export interface RunRef {
  readonly workflowId: string;
  /** uuid4 drawn in the workflow; names the request on every message and the run's folder on the worker. */
  readonly requestId: string;
  readonly project: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly templateId: string;
  readonly planDigest: string;
  readonly requestedBy: string;
  readonly language: 'zh' | 'en';
}

/** The commit (git) or content digest (folder) that `version` stood for when the run began. */
export interface SourcePin {
  readonly revision: string;
  readonly kind: 'git' | 'folder';
}

/** Where a run's checkout is. */
export interface CheckoutPlace {
  /** Of the worker that has it alone. */
  readonly queue: string;
  /** Changes with each new checkout: what commands made in the former one is gone then. */
  readonly checkout: string;
  /** For people: the machine that it is on. */
  readonly worker: string;
}

/** An image as the registry answered it. Servers pull by digest only. */
export interface ImagePin {
  readonly reference: string;
  /** Empty where it was named by its digest. */
  readonly tag: string;
  readonly digest: string;
}

/** What a server ran and how it stood in the pool before this run touched it. */
export interface ServerBefore {
  readonly server: string;
  /** null: nothing of this service ran. */
  readonly release: FormerRun | null;
  /** What ran last, where nothing runs and something has. */
  readonly stopped?: FormerRun;
  /** absent: the balancer does not know the server yet; none: there is no pool. */
  readonly pool: 'ready' | 'drain' | 'maint' | 'absent' | 'none';
  /** What runsheet.yaml sets in the balancer for it, as it was; absent: it sets nothing. */
  readonly routed?: RoutedBefore;
}

export interface RoutedBefore {
  /** null: no weight is set for the server, or the balancer has none. */
  readonly weight: number | null;
  /** Of each prefix that is set, where it led; null: it was no route. */
  readonly routes: Readonly<Record<string, string | null>>;
}

/** A release as it was started. */
export interface FormerRun {
  readonly digest: string;
  readonly version: string;
  /** The run that started it: its settings are kept under that name. Absent in earlier histories. */
  readonly runId?: string;
}

/** What one server, the balancer or the registry said before the run began. Findings are values. */
export interface PreflightResult {
  /** A server's name, `balancer` or `registry`. */
  readonly subject: string;
  /** False: nothing could be asked, so the checks hold the reason alone. */
  readonly reachable: boolean;
  readonly checks: readonly PreflightCheck[];
  /** Of servers: what runs, and how it stands in the pool. */
  readonly before?: ServerBefore;
  /** Of the balancer: how many servers its pool has, and which of them serve. */
  readonly pool?: { readonly size: number; readonly serving: readonly string[] };
}

export interface PreflightCheck {
  readonly name:
    | 'connection'
    | 'engine'
    | 'disk'
    | 'port'
    | 'clock'
    | 'release'
    | 'health'
    | 'pool'
    | 'registry'
    | 'source'
    | 'files'
    | 'start'
    | 'records';
  /** warning: told, and the run goes on. */
  readonly state: 'ok' | 'warning' | 'failed';
  /** One sentence in the run's language; a failed one says what to do. */
  readonly detail: string;
}

export interface Fact {
  readonly id: FactId;
  readonly value: number | boolean | string;
  /** How many samples stand behind the value, where that means something. */
  readonly samples?: number;
  /** One short line of evidence, in the run's language, for example "48 of 50 passed, 2 skipped". */
  readonly detail?: string;
}

export interface ActionInput {
  readonly run: RunRef;
  readonly seal?: WorkSeal | undefined;
  readonly step: number;
  /** From the document: limits, templates (already filled in). Durations in seconds. */
  readonly settings: Readonly<Record<string, Json>>;
  /** The sections that the action's definition lists in `uses`. */
  readonly project: Partial<ProjectSettings>;
  /** Scope run: the servers of the run, or of the batch. Scope server: that server alone, so that histories grow with the servers, not with their square. */
  readonly servers: readonly string[];
  /** Set for scope `server`. */
  readonly server?: string;
  /** Set from the lock on, for scope `server`. */
  readonly before?: ServerBefore;
  readonly source?: SourcePin;
  /** Of a task in the checkout: that which the tasks before it were done in. */
  readonly checkout?: string;
  readonly image?: ImagePin;
  /** Set for report.write, notify.send and record.update. */
  readonly report?: RunReport;
}

export interface ActionResult {
  readonly facts: readonly Fact[];
  /** One or more short lines for the evidence, bounded to a few hundred characters each. */
  readonly evidence: readonly string[];
  /** What went wrong and does not stop the run; absent: nothing. */
  readonly warnings?: readonly string[];
  /** The pin that later steps use, from the action that provides the pushed image. */
  readonly image?: ImagePin;
}

/** The measured side of a criterion, kept as evidence. */
export interface CriterionEvidence {
  readonly text: string;
  readonly fact: FactId;
  readonly value: number | boolean | string | null;
  readonly threshold: number | boolean | string;
  readonly comparison: string;
  readonly unit: Unit;
  readonly passed: boolean;
  readonly detail?: string;
}

/** Everything the report, the notification and the record are written from. */
export interface RunReport {
  readonly status: RunOutcome;
  readonly statusText: string;
  readonly run: RunRef;
  readonly title: string;
  readonly servers: readonly string[];
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly peopleMs: number;
  /** Milliseconds without any server of the run in the pool; 0 where it never was empty. */
  readonly withoutServiceMs: number;
  readonly revision: string | null;
  readonly image: ImagePin | null;
  readonly steps: readonly ReportStep[];
  readonly rollback: readonly string[];
  readonly decisions: readonly string[];
  /** Of an on-call run, how it was decided afterwards; absent: it is not, or it is none. */
  readonly afterwards?: string;
  /** Who approved, with their role. */
  readonly approvals: readonly string[];
  readonly skips: readonly string[];
  readonly warnings: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  /** The template's own notification lines, filled in. */
  readonly notification: readonly { readonly label: string; readonly text: string }[];
}

export interface ReportStep {
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly durationMs: number;
  readonly criteria: readonly CriterionEvidence[];
  readonly lines: readonly string[];
}

export type RunOutcome =
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'rolled_back'
  | 'rejected'
  | 'expired'
  | 'superseded'
  | 'cancelled'
  | 'needs_attention';
