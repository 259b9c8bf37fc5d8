/** The values of 批次, 批次间隔, 失败预算, 最少在线 and 观察, as a template or a request writes them. */
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { BatchSize, Json, RollingSettings } from '../../plan/plan.ts';
import { parseDurationSeconds } from './duration.ts';
import { parsePercent, parseSmallNumber } from './quantity.ts';
import type { RollingLabel } from './words.ts';

export interface RollingProblem {
  readonly message: Localized;
  readonly expected: string;
  readonly remedy: Localized;
}

export type ReadRolling =
  | { readonly ok: true; readonly settings: RollingSettings }
  | { readonly ok: false; readonly problem: RollingProblem };

const MOST_SIZES = 50;
const ALL = /^(?:全部|所有|一次全部|全部同时|all|all at once)$/iu;
const NONE = /^(?:无|没有|none|0\s*(?:秒|秒钟|分钟|分|s|seconds?|m|minutes?)?)$/iu;
const SERVERS = /\s*(?:台|台服务器|servers?|hosts?)$/iu;

/** Reads one of the five; a value that makes no sense is a problem with its remedy. */
export function readRolling(label: RollingLabel, written: string): ReadRolling {
  return READERS[label](written.normalize('NFKC').trim());
}

/** The text of a value that came as JSON or YAML; null: it cannot be one of these values at all. */
export function rollingValueText(value: Json): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return null;
  const items = value.map((each: Json) => (Array.isArray(each) ? null : rollingValueText(each)));
  return items.includes(null) ? null : `[${items.join(', ')}]`;
}

/** One batch of everything: nothing is rolled. */
export function isAllAtOnce(batches: readonly BatchSize[] | undefined): boolean {
  const [first] = batches ?? [];
  return first?.kind === 'percent' && first.percent === 100;
}

const READERS: Readonly<Record<RollingLabel, (text: string) => ReadRolling>> = {
  batches: readBatches,
  batch_pause: (text) => readDuration(text, (pauseSeconds) => ({ pauseSeconds })),
  failure_budget: readBudget,
  minimum_in_pool: readFloor,
  observe: (text) => readDuration(text, (observeSeconds) => ({ observeSeconds })),
};

function readBatches(text: string): ReadRolling {
  const list = /^\[(.*)\]$|^【(.*)】$/su.exec(text);
  const items = (list?.[1] ?? list?.[2] ?? text).split(/[,、]/u).map((each) => each.trim());
  if (items.length > MOST_SIZES) {
    return bad(BATCHES, {
      zh: `批次最多 ${MOST_SIZES} 个`,
      en: `at most ${MOST_SIZES} batch sizes`,
    });
  }
  const batches: BatchSize[] = [];
  for (const item of items) {
    const size = readSize(item);
    if ('message' in size) return { ok: false, problem: size };
    if (isAllAtOnce(batches.slice(-1))) return bad(BATCHES, NOTHING_LEFT);
    batches.push(size);
  }
  return { ok: true, settings: { batches } };
}

function readSize(text: string): BatchSize | RollingProblem {
  if (ALL.test(text)) return { kind: 'percent', percent: 100 };
  const percent = parsePercent(text);
  if (percent !== null) {
    if (percent > 0 && percent <= 100) return { kind: 'percent', percent };
    return {
      ...BATCHES,
      message: {
        zh: `批次「${text}」不在 0% 与 100% 之间`,
        en: `the batch "${text}" is not between 0% and 100%`,
      },
    };
  }
  const servers = parseSmallNumber(text.replace(SERVERS, ''));
  if (servers === 0) {
    return {
      ...BATCHES,
      message: { zh: '一批至少要有一台服务器', en: 'a batch has at least one server' },
    };
  }
  if (servers !== null) return { kind: 'count', servers };
  return {
    ...BATCHES,
    message: { zh: `「${text}」不是批次的大小`, en: `"${text}" is not the size of a batch` },
  };
}

function readDuration(text: string, settings: (seconds: number) => RollingSettings): ReadRolling {
  const seconds = NONE.test(text) ? 0 : parseDurationSeconds(text);
  if (seconds !== null) return { ok: true, settings: settings(seconds) };
  return bad(DURATION, { zh: `「${text}」不是时长`, en: `"${text}" is not a duration` });
}

function readBudget(text: string): ReadRolling {
  const servers = parseSmallNumber(text.replace(SERVERS, ''));
  if (servers !== null) return { ok: true, settings: { failureBudget: servers } };
  return bad(BUDGET, {
    zh: `「${text}」不是服务器的台数`,
    en: `"${text}" is not a number of servers`,
  });
}

function readFloor(text: string): ReadRolling {
  const percent = parsePercent(text.replace(/^(?:至少|at least)\s*/iu, ''));
  if (percent === null || percent > 100)
    return bad(FLOOR, { zh: `「${text}」不是百分数`, en: `"${text}" is not a percentage` });
  if (percent < 100) return { ok: true, settings: { minimumInPoolPercent: percent } };
  return bad(FLOOR, {
    zh: '最少在线 100% 时，任何服务器都不能移出负载均衡池，什么也不能部署',
    en: 'with 100% no server may leave the pool, so nothing can be deployed',
  });
}

function bad(kind: Omit<RollingProblem, 'message'>, message: Localized): ReadRolling {
  return { ok: false, problem: { ...kind, message } };
}

const NOTHING_LEFT: Localized = {
  zh: '全部之后不再有服务器，后面的批次没有意义',
  en: 'after all of them no server is left for the next batch',
};
const BATCHES = {
  expected: '1 | 25% | [1, 10%, 50%]',
  remedy: {
    zh: '写台数、百分数，或依次各批的大小，例如 25%、[1, 10%, 50%]',
    en: 'write a number of servers, a percentage, or the sizes in turn, for example 25% or [1, 10%, 50%]',
  },
};
const DURATION = {
  expected: '30秒 | 1分钟 | 30s | 1m',
  remedy: { zh: '例如：30秒、1分钟', en: 'for example: 30 s, 1 minute' },
};
const BUDGET = {
  expected: '1',
  remedy: {
    zh: '写可以失败的服务器台数，例如 1',
    en: 'write how many servers may fail, for example 1',
  },
};
const FLOOR = {
  expected: '0% … 99%',
  remedy: {
    zh: '写负载均衡池中至少留下的百分数，例如 50%',
    en: 'write the percentage that stays in the pool, for example 50%',
  },
};
