import type { Localized } from '../diagnostics/diagnostic.ts';
import type { Unit } from '../plan/plan.ts';
import type { SettingsSection } from '../plan/settings.ts';
import type { ActionId, CompensationId, FactId } from './ids.ts';

/** An action as data: what the compiler recognises and what the interpreter needs to schedule it. */
export interface ActionDefinition {
  readonly id: ActionId;
  /** Phrases as a document may write them; the first is the one that help and suggestions show. */
  readonly phrases: { readonly zh: readonly string[]; readonly en: readonly string[] };
  /** run: once; server: once for each server of the run. */
  readonly scope: 'run' | 'server';
  /** Settings that the phrase carries or that a criterion-like bullet sets, with their defaults. */
  readonly settings: readonly SettingDefinition[];
  /** Facts that this action must return; a missing one leaves its criterion unmeasured, so failed. */
  readonly measures: readonly FactId[];
  /** Sections of the pinned project settings that its input carries. */
  readonly uses: readonly SettingsSection[];
  readonly timeouts: { readonly startToCloseSeconds: number; readonly heartbeatSeconds: number };
  readonly retry: { readonly maximumAttempts: number };
  /** Set where the action changes a server; registered before the action is attempted. */
  readonly compensation?: CompensationId;
}

export interface SettingDefinition {
  readonly name: string;
  readonly kind: 'duration' | 'template';
  readonly default: number | string;
}

export interface FactDefinition {
  readonly id: FactId;
  readonly unit: Unit;
  /** How values of several tasks or servers become one: all must hold, the sum, the worst, the last. */
  readonly combine: 'all' | 'sum' | 'max' | 'min' | 'last';
  readonly label: Localized;
  /** Criterion phrases that need no number, with the comparison they stand for. */
  readonly phrases: { readonly zh: readonly string[]; readonly en: readonly string[] };
  /** Names that a document puts before a comparison or a colon, for example 响应时间 in `响应时间 < 500ms`. */
  readonly subjects?: { readonly zh: readonly string[]; readonly en: readonly string[] };
  readonly defaultComparison: '==' | '<=' | '<' | '>=';
  readonly defaultThreshold: number | boolean | string;
}
