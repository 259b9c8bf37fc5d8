/**
 * What an action is, as one typed value: how documents say it, what it is told, what it needs,
 * provides and measures, and what undoes it. Everything else that the program knows of actions (ids,
 * facts, the activities that a worker must implement, their inputs and results) is derived from these
 * values; see index.ts for the list.
 */
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { ProjectSettings, SettingsSection } from '../plan/settings.ts';
import type { Comparison, Unit } from '../plan/units.ts';
import type { ResourceId } from './resources.ts';

/** As documents write it; the first of each language is the one that help and suggestions show. */
export interface Phrases {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

/** Something that an action measures and that a criterion can be held against. */
export interface FactSpec {
  readonly id: string;
  readonly unit: Unit;
  /** How values of several tasks or servers become one: all must hold, the sum, the worst, the last. */
  readonly combine: 'all' | 'sum' | 'max' | 'min' | 'last';
  readonly label: Localized;
  /** Criterion phrases that need no number, with the comparison they stand for. */
  readonly phrases: Phrases;
  /** Names that a document puts before a comparison or a colon, for example 响应时间 in `响应时间 < 500ms`. */
  readonly subjects?: Phrases;
  readonly defaultComparison: Exclude<Comparison, '!=' | '>'>;
  readonly defaultThreshold: number | boolean | string;
  /**
   * A step that measures it is judged by it, whether the document says so or not. `if-measured`: only
   * where there was something to measure, for not every project has it (signatures). Absent where a
   * project may do without (coverage, critical tests, the tag).
   */
  readonly judgedByDefault?: true | 'if-measured';
  /** The project setting that stands for the threshold where the document says no figure. */
  readonly projectThreshold?: ProjectThreshold;
  /** A document that wants less of it has surely got it the wrong way round. Absent: less is better. */
  readonly moreIsBetter?: true;
  /** Percent that may be more than 100. */
  readonly mayExceedAll?: true;
  /** What the load balancer must be able to tell, or the fact is never measured. */
  readonly toldByBalancer?: readonly BalancerFigure[];
}

/** What a load balancer tells or does not. */
type BalancerFigure = Exclude<keyof ProjectSettings['balancer']['capabilities'], 'reload'>;

/** A section of the project settings and its key. */
export type ProjectThreshold =
  | readonly ['drain', 'allowCutRequests']
  | readonly ['balancer', 'maxDeviationPercent'];

/**
 * What an activity is told beside its sections. `duration` (seconds), `template` and `reference` (texts
 * with `${parameter}`) come from the document's own words, a duration and a reference to an image from
 * the brackets after the phrase, and `word` from the
 * place where the phrase has its default; `rolling` is filled in from the plan's rolling
 * rule; `command` is the key of runsheet.yaml's `actions`.
 */
export type SettingSpec =
  | { readonly kind: 'duration'; readonly default: number }
  | { readonly kind: 'template' | 'reference' | 'word'; readonly default: string }
  | { readonly kind: 'rolling'; readonly rule: 'minimumInPoolPercent'; readonly default: number }
  | { readonly kind: 'command'; readonly default: string };

/**
 * What a success means for the run's picture of one server. `new` and `none` are the version that the
 * run deploys and no version; `before` is as the server was when the run took the lock.
 */
export interface Effect {
  readonly pool?: 'in' | 'out' | 'before';
  readonly version?: 'new' | 'none' | 'before';
}

/** An activity that is given sections of the pinned project settings, each as an argument of its own. */
export interface ActivitySpec {
  /** The activity's type. */
  readonly id: string;
  /** Sections of the pinned project settings, in the order of the arguments. */
  readonly uses: readonly SettingsSection[];
}

/** What undoes a mutation on one server. Converges: on a server that is already as before it changes nothing. */
export interface CompensationSpec extends ActivitySpec {
  readonly name: Localized;
  readonly effect: Effect;
}

export interface ActionSpec extends ActivitySpec {
  /** Empty where the phrases are the project's own: the keys of `actions:` in runsheet.yaml. */
  readonly phrases: Phrases;
  /** Set where it runs the project's own code, or needs what another has left in the checkout. */
  readonly runs?: 'build';
  /** run: once; server: once for each server of the run; command: as the project's command says. */
  readonly scope: 'run' | 'server' | 'command';
  readonly settings: Readonly<Record<string, SettingSpec>>;
  /** What must be there before it: provided by an action before it, or by the run itself. */
  readonly needs: readonly ResourceId[];
  /** What it takes over where an action before it provides that, and does without otherwise. */
  readonly takes: readonly ResourceId[];
  readonly provides: readonly ResourceId[];
  /** Facts that it must return; one without a value leaves its criterion unmeasured, so failed. */
  readonly measures: readonly FactSpec[];
  readonly timeouts: { readonly startToCloseSeconds: number };
  readonly retry: { readonly maximumAttempts: number };
  readonly effect?: Effect;
  /** Set where the action is about a pool: why a project without a load balancer leaves it out. */
  readonly withoutPool?: Localized;
  /** Set where the action changes a server; registered before the action is attempted. */
  readonly compensation?: CompensationSpec;
}

/** A fact, as written: its id and unit are known to the compiler. */
export function defineFact<const F extends FactSpec>(fact: F): F {
  return fact;
}

export function defineAction<const A extends ActionSpec>(action: A): A {
  return action;
}

export function defineCompensation<const C extends CompensationSpec>(compensation: C): C {
  return compensation;
}

/** An activity around the actions: a look, a watch, a clearing up. */
export function defineOperation<const O extends ActivitySpec>(operation: O): O {
  return operation;
}

/** The sections that an activity is given, in the order of `uses`. */
export type SectionsOf<Uses extends readonly SettingsSection[]> = {
  readonly [Index in keyof Uses]: ProjectSettings[Uses[Index]];
};

/** The values of an action's settings. */
export type SettingsOf<A extends ActionSpec> = {
  readonly [Name in keyof A['settings']]: A['settings'][Name]['default'] extends number
    ? number
    : string;
};

type ValueOf<U extends Unit> = U extends 'flag' ? boolean : U extends 'text' ? string : number;

/** One measured value, with the line of evidence that stands behind it. */
export interface Reading<Value = number | boolean | string> {
  readonly value: Value;
  /** How many samples stand behind the value, where that means something. */
  readonly samples?: number;
  /** One short line in the run's language, for example "48 of 50 passed, 2 skipped". */
  readonly detail?: string;
}

/** Every fact that an action measures; null: nothing was measured, so that its criterion fails. */
export type ReadingsOf<A extends ActionSpec> = {
  readonly [F in A['measures'][number] as F['id']]: Reading<ValueOf<F['unit']>> | null;
};
