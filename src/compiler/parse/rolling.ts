/** The values of 批次, 批次间隔, 失败预算, 最少在线 and 观察, as a template or a request writes them. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { BatchSize, Json, RollingSettings } from '../../plan/plan.ts';
import { parseDurationSeconds } from './duration.ts';
import { parsePercent, parseSmallNumber } from './quantity.ts';
import type { RollingLabel } from './words.ts';

export type ReadRolling =
  | { readonly ok: true; readonly settings: RollingSettings }
  /** A BAD_FIELD; where a request says it, the caller gives it its own code. */
  | { readonly ok: false; readonly problem: Diagnostic };

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
  if (items.length > MOST_SIZES)
    return bad(diagnose('BAD_FIELD', 'tooManySizes', { limit: MOST_SIZES }));
  const batches: BatchSize[] = [];
  for (const item of items) {
    const size = readSize(item);
    if ('code' in size) return bad(size);
    if (isAllAtOnce(batches.slice(-1))) return bad(diagnose('BAD_FIELD', 'sizeAfterAll', {}));
    batches.push(size);
  }
  return { ok: true, settings: { batches } };
}

function readSize(text: string): BatchSize | Diagnostic {
  if (ALL.test(text)) return { kind: 'percent', percent: 100 };
  const percent = parsePercent(text);
  if (percent !== null) {
    if (percent > 0 && percent <= 100) return { kind: 'percent', percent };
    return diagnose('BAD_FIELD', 'batchPercentage', { text });
  }
  const servers = parseSmallNumber(text.replace(SERVERS, ''));
  if (servers === 0) return diagnose('BAD_FIELD', 'emptyBatch', {});
  if (servers !== null) return { kind: 'count', servers };
  return diagnose('BAD_FIELD', 'batchSize', { text });
}

function readDuration(text: string, settings: (seconds: number) => RollingSettings): ReadRolling {
  const seconds = NONE.test(text) ? 0 : parseDurationSeconds(text);
  if (seconds !== null) return { ok: true, settings: settings(seconds) };
  return bad(diagnose('BAD_FIELD', 'batchDuration', { text }));
}

function readBudget(text: string): ReadRolling {
  const servers = parseSmallNumber(text.replace(SERVERS, ''));
  if (servers !== null) return { ok: true, settings: { failureBudget: servers } };
  return bad(diagnose('BAD_FIELD', 'failureBudget', { text }));
}

function readFloor(text: string): ReadRolling {
  const percent = parsePercent(text.replace(/^(?:至少|at least)\s*/iu, ''));
  if (percent === null || percent > 100)
    return bad(diagnose('BAD_FIELD', 'minimumInPool', { text }));
  if (percent < 100) return { ok: true, settings: { minimumInPoolPercent: percent } };
  return bad(diagnose('BAD_FIELD', 'wholePool', {}));
}

function bad(problem: Diagnostic): ReadRolling {
  return { ok: false, problem };
}
