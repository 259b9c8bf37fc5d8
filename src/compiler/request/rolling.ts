/** Which batches a run has: what the request says, else the template, else the project's default. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Plan, RollingRule, RollingSettings } from '../../plan/plan.ts';
import { rollingText } from '../../plan/rolling-words.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { ruleOf } from '../check/rolling.ts';
import { isAllAtOnce } from '../parse/rolling.ts';
import { rollingGroup } from '../rolling-group.ts';

export interface RollingLayers {
  readonly request: RollingSettings;
  /** The environment's default in runsheet.yaml. */
  readonly project: RollingSettings | undefined;
  /** The floor under every pool of the project: nobody sets a lower one. */
  readonly floorPercent: number;
}

export interface DecidedRolling {
  /** undefined: all servers at once. */
  readonly rule: RollingRule | undefined;
  readonly from: ResolvedRun['rollingFrom'];
  readonly diagnostics: readonly Diagnostic[];
}

type Layer = 'request' | 'template' | 'project';
type Field = keyof RollingSettings;

const FIELDS: readonly Field[] = [
  'batches',
  'pauseSeconds',
  'failureBudget',
  'minimumInPoolPercent',
  'observeSeconds',
];

/** Field by field; `all` sets aside what the layers below it say. */
export function decideRolling(plan: Plan, layers: RollingLayers): DecidedRolling {
  const below = stack(
    ['project', layers.project ?? {}],
    ['template', withoutZeros(plan.rolling ?? {})],
  );
  const all = stack(...below.layers, ['request', layers.request]);
  const { batches } = all.settings;
  if (batches === undefined) {
    const isAsked = Object.keys(layers.request).length > 0;
    const diagnostics = isAsked ? [diagnose('BAD_REQUEST', 'needsBatches', {})] : [];
    return { rule: undefined, from: null, diagnostics };
  }
  const news = changesOf(layers.request, below.settings);
  if (isAllAtOnce(batches)) return { rule: undefined, from: null, diagnostics: news };
  const from = all.from.batches ?? 'request';
  const found = plan.rolling === undefined ? rollingGroup(plan.steps) : null;
  const group = found === null ? plan.rolling : (found.group ?? undefined);
  if (group === undefined) {
    // A run sheet that changes no server is not what the environment's default is about.
    const nothing = diagnose('BAD_REQUEST', 'nothingToBatch', { template: plan.templateId });
    const diagnostics = from === 'project' ? [] : [nothing];
    return { rule: undefined, from: null, diagnostics };
  }
  const problems = (found?.problems ?? []).map(({ diagnostic }) => cannotRoll(from, diagnostic));
  const floor = Math.max(all.settings.minimumInPoolPercent ?? 0, layers.floorPercent);
  const rule = ruleOf(group, { ...all.settings, batches, minimumInPoolPercent: floor });
  return { rule, from, diagnostics: [...problems, ...news] };
}

interface Stack {
  readonly settings: RollingSettings;
  readonly from: Readonly<Partial<Record<Field, Layer>>>;
  readonly layers: readonly (readonly [Layer, RollingSettings])[];
}

/** The layers from the lowest to the highest. */
function stack(...layers: readonly (readonly [Layer, RollingSettings])[]): Stack {
  let settings: RollingSettings = {};
  let from: Partial<Record<Field, Layer>> = {};
  for (const [layer, own] of layers) {
    const isAll = isAllAtOnce(own.batches);
    settings = isAll ? own : { ...settings, ...own };
    const names = Object.fromEntries(Object.keys(own).map((field) => [field, layer]));
    from = isAll ? names : { ...from, ...names };
  }
  return { settings, from, layers };
}

/** A template's rule is complete: zero stands for what it does not say. */
function withoutZeros(rule: RollingSettings): RollingSettings {
  return Object.fromEntries(
    FIELDS.filter((field) => rule[field] !== undefined && rule[field] !== 0).map((field) => [
      field,
      rule[field],
    ]),
  );
}

/** What a request takes back of what template or project say: people who approve must see it. */
function changesOf(request: RollingSettings, below: RollingSettings): readonly Diagnostic[] {
  if (isAllAtOnce(request.batches)) {
    if (below.batches === undefined || isAllAtOnce(below.batches)) return [];
    const settings = { zh: rollingText(below, 'zh'), en: rollingText(below, 'en') };
    return [diagnose('ROLLING_CHANGED', 'allAtOnce', { settings })];
  }
  return FIELDS.flatMap((field) => {
    const [was, now] = [below[field], request[field]];
    if (was === undefined || now === undefined || JSON.stringify(was) === JSON.stringify(now))
      return [];
    return [
      diagnose('ROLLING_CHANGED', 'setting', { was: shown(field, was), now: shown(field, now) }),
    ];
  });
}

function shown(field: Field, value: RollingSettings[Field]): Localized {
  const settings = { [field]: value };
  return { zh: rollingText(settings, 'zh') || '无', en: rollingText(settings, 'en') || 'none' };
}

function cannotRoll(from: Layer, problem: Diagnostic): Diagnostic {
  if (from !== 'project') return { ...problem, code: 'BAD_REQUEST' };
  const { message, remedy } = diagnose('ROLLING_UNSATISFIABLE', 'notThisTemplate', {
    reason: problem.message,
    remedy: problem.remedy ?? '',
  });
  return {
    ...problem,
    code: 'ROLLING_UNSATISFIABLE',
    message,
    ...(remedy !== undefined && { remedy }),
  };
}
