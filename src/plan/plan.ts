/**
 * The compiled plan: what a template says, as frozen JSON. It is the contract between the compiler,
 * which writes it, and the interpreter workflow, which runs it. Everything that changes behaviour is
 * in it and in its digest; prose, titles and places are in `presentation`, which the digest leaves out.
 */
import type { ActionId, FactId } from '../actions/index.ts';
import type { CompletionFactId } from '../actions/success-rules.ts';
import type { Comparison, Unit } from './units.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface Plan {
  readonly schema: 1;
  readonly templateId: string;
  readonly templateVersion: string;
  readonly parameters: readonly ParameterDefinition[];
  /** In the document's order; numbers are those of the headings. */
  readonly steps: readonly PlanStep[];
  readonly rollback: readonly RollbackRule[];
  readonly success: readonly SuccessRule[];
  readonly metrics: readonly MetricName[];
  /** Absent: every step runs on all servers at once. */
  readonly rolling?: RollingRule;
  readonly presentation: PlanPresentation;
}

/** A group of steps that runs batch by batch: all its steps on one batch, then on the next. */
export interface RollingRule {
  /** The first and the last step of the group; it ends with the last step that changes servers. */
  readonly from: number;
  readonly to: number;
  /** Never empty. The last size is repeated until every server has had its turn. */
  readonly batches: readonly BatchSize[];
  readonly pauseSeconds: number;
  /** Servers that may fail, unreachable ones included, before the whole run has failed. */
  readonly failureBudget: number;
  /** Percent of the pool's servers that must stay in it at any time; 0: no floor. */
  readonly minimumInPoolPercent: number;
  /** How long the first batch, the canary, has to stay healthy before the second begins. */
  readonly observeSeconds: number;
}

/** What a template, a request or an environment's default says of batches; what one leaves out, the next one says. */
export type RollingSettings = Partial<Omit<RollingRule, 'from' | 'to'>>;

/** Percent of the run's servers, rounded down, at least one: as Ansible's `serial`. */
export type BatchSize =
  | { readonly kind: 'count'; readonly servers: number }
  | { readonly kind: 'percent'; readonly percent: number };

export interface ParameterDefinition {
  readonly name: string;
  readonly type: 'string' | 'array' | 'boolean' | 'number' | 'object';
  readonly required: boolean;
  readonly default?: Json;
  readonly enum?: readonly Json[];
}

export type PlanStep = ActionStep | ConditionStep | ApprovalStep | ParallelStep;
export type StepKind = PlanStep['kind'];

interface StepBase {
  readonly number: number;
  /** The step is skipped when any of these is true. */
  readonly skipWhen: readonly Expression[];
}

/** A step of tasks, and what is done where one of them fails. */
interface WorkBase extends StepBase {
  readonly tasks: readonly Task[];
  readonly criteria: readonly Criterion[];
  /** Absent: a failure is decided at once. */
  readonly onFailure?: FailureHandling;
}

/**
 * 失败处理. ask: a person says how the run goes on, and at the deadline it is undone. retry: what failed
 * is done again so many times before the failure is decided. ignore: the run goes on.
 */
export type FailureHandling =
  | {
      readonly kind: 'ask';
      readonly waitSeconds: number;
      /** Whether anybody is waited for while the pool is empty or below its minimum. */
      readonly withoutService: boolean;
    }
  | { readonly kind: 'retry'; readonly times: number }
  | { readonly kind: 'ignore'; readonly reason: string };

/** Tasks one after the other; a task of scope `server` runs on all servers at once, task by task. */
export interface ActionStep extends WorkBase {
  readonly kind: 'action';
}

/** For each server at once: the tasks one after the other. */
export interface ParallelStep extends WorkBase {
  readonly kind: 'parallel';
  readonly over: 'servers';
}

/** The first branch whose `when` is true (null: else) is taken. */
export interface ConditionStep extends StepBase {
  readonly kind: 'condition';
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly when: Expression | null;
  readonly set: readonly { readonly variable: string; readonly value: Json }[];
  /** Steps that this branch skips. */
  readonly skip: readonly number[];
  /** The step to go on with, later in the document; null: the next one. */
  readonly goTo: number | null;
  /** 检查是否有待处理的审批请求: look for pending approval requests of the same service and environment. */
  readonly lookForPendingApprovals: boolean;
}

export interface ApprovalStep extends StepBase {
  readonly kind: 'approval';
  readonly timeoutSeconds: number;
  readonly quorum: Quorum;
  readonly channels: readonly ChannelName[];
  /** Environment → role ids that may decide. An environment that is not listed: every listed role. */
  readonly approvers: Readonly<Record<string, readonly string[]>>;
}

/** any: one of those people; all: one person for each role; count: that many distinct people. */
export type Quorum =
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly people: number };

export type ChannelName = 'email' | 'slack' | 'webhook';

export interface Task {
  readonly action: ActionId;
  /** What the document's text sets: limits, templates. Names are those of the action's definition. */
  readonly settings: Readonly<Record<string, Json>>;
}

/** A measured fact held against a threshold. Never measured means failed, unless it says otherwise. */
export interface Criterion {
  readonly fact: FactId;
  readonly comparison: Comparison;
  /** A text may hold `${parameter}`. null: the project's own setting for this fact, else the fact's default. */
  readonly threshold: number | boolean | string | null;
  readonly unit: Unit;
  /** Of a default: it does not count where there was nothing to measure. */
  readonly ifMeasured?: true;
}

/** What a failure in steps from…to (both included) means. */
export interface RollbackRule {
  readonly from: number;
  readonly to: number;
  readonly policy: RollbackPolicy;
}

/** terminate: nothing to undo; restore: the old version back; switch_back: the old version back with the service kept available. */
export type RollbackPolicy = 'terminate' | 'restore' | 'switch_back';

export interface SuccessRule {
  readonly fact: CompletionFactId;
}

export type MetricName =
  | 'deployment.duration'
  | 'deployment.success_rate'
  | 'deployment.rollback_count'
  | 'health_check.response_time'
  | 'service.error_rate';

/** Parsed once by the compiler, typed, evaluated by `evaluate`: total, no side effect, the same on replay. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'compare';
      readonly comparison: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression };

/** What people see; not in the digest. */
/** What a document may leave out. */
export type DefaultedSection = 'rollback' | 'success' | 'metrics' | 'examples';

export interface PlanPresentation {
  readonly language: 'zh' | 'en';
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly StepPresentation[];
  /** Role id → the name that the document uses. */
  readonly roleNames: Readonly<Record<string, string>>;
  /** Sections that the document does not have: what they would say is the default. Absent: none. */
  readonly defaults?: readonly DefaultedSection[];
}

export interface StepPresentation {
  readonly number: number;
  readonly title: string;
  readonly description: string;
  /** The phrases as written, same order as the step's tasks and criteria. */
  readonly tasks: readonly string[];
  readonly criteria: readonly string[];
  /** 通知内容 lines as written, with `${…}` left in: label and template. */
  readonly notification: readonly { readonly label: string; readonly template: string }[];
}
