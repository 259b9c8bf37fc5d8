/** Which batches a run has: what the request says, else the template, else the project's default. */
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
    const diagnostics = Object.keys(layers.request).length === 0 ? [] : [NEEDS_BATCHES];
    return { rule: undefined, from: null, diagnostics };
  }
  const news = changesOf(layers.request, below.settings);
  if (isAllAtOnce(batches)) return { rule: undefined, from: null, diagnostics: news };
  const from = all.from.batches ?? 'request';
  const found = plan.rolling === undefined ? rollingGroup(plan.steps) : null;
  const group = found === null ? plan.rolling : (found.group ?? undefined);
  if (group === undefined) {
    // A run sheet that changes no server is not what the environment's default is about.
    const diagnostics = from === 'project' ? [] : [nothingToRoll(plan)];
    return { rule: undefined, from: null, diagnostics };
  }
  const problems = (found?.problems ?? []).map((each) => cannotRoll(from, each));
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
    return [
      changed({
        zh: `请求要求所有服务器同时进行；「${rollingText(below, 'zh')}」不生效`,
        en: `the request wants all servers at once, and sets "${rollingText(below, 'en')}" aside`,
      }),
    ];
  }
  return FIELDS.flatMap((field) => {
    const [was, is] = [below[field], request[field]];
    if (was === undefined || is === undefined || JSON.stringify(was) === JSON.stringify(is))
      return [];
    const [zh, en] = [shown(field, was, is, 'zh'), shown(field, was, is, 'en')];
    return [
      changed({
        zh: `请求改变了批次的设置：「${zh[0]}」改为「${zh[1]}」`,
        en: `the request changes the batches: "${en[0]}" becomes "${en[1]}"`,
      }),
    ];
  });
}

function shown(
  field: Field,
  was: RollingSettings[Field],
  is: RollingSettings[Field],
  language: 'zh' | 'en',
): readonly [string, string] {
  const text = (value: RollingSettings[Field]): string =>
    rollingText({ [field]: value }, language) || (language === 'zh' ? '无' : 'none');
  return [text(was), text(is)];
}

function changed(message: Localized): Diagnostic {
  return { code: 'ROLLING_CHANGED', severity: 'warning', message };
}

const NEEDS_BATCHES: Diagnostic = {
  code: 'BAD_REQUEST',
  severity: 'error',
  message: {
    zh: '批次间隔、失败预算、最少在线和观察需要批次，但模板和 runsheet.yaml 都没有写',
    en: 'a pause, a budget, a floor or an observation needs batches, and neither template nor runsheet.yaml has any',
  },
  expected: '"batches": 1 | "25%" | [1, "10%", "50%"]',
  remedy: { zh: '加上批次，例如 --batches 1', en: 'add batches, for example --batches 1' },
};

function nothingToRoll({ templateId }: Plan): Diagnostic {
  return {
    code: 'BAD_REQUEST',
    severity: 'error',
    message: {
      zh: `${templateId} 没有更改服务器的步骤，不能分批`,
      en: `${templateId} has no step that changes servers, so there is nothing to roll`,
    },
    remedy: { zh: '去掉请求中的批次', en: 'leave the batches out' },
  };
}

function cannotRoll(
  from: Layer,
  { message, remedy, expected, actual }: ReturnType<typeof rollingGroup>['problems'][number],
): Diagnostic {
  const isDefault = from === 'project';
  return {
    code: isDefault ? 'ROLLING_UNSATISFIABLE' : 'BAD_REQUEST',
    severity: 'error',
    message: isDefault
      ? {
          zh: `runsheet.yaml 让这个环境分批，但这个模板不能：${message.zh}`,
          en: `runsheet.yaml lets this environment roll, which this template cannot: ${message.en}`,
        }
      : message,
    expected,
    ...(actual !== undefined && { actual }),
    remedy: isDefault
      ? {
          zh: `${remedy.zh}；或在请求中写「批次: 全部」（--batches all）`,
          en: `${remedy.en}; or ask for all servers at once: "batches": "all" (--batches all)`,
        }
      : remedy,
  };
}
