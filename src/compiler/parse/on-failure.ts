/** The value of 失败处理: 人工介入 | 重试 3 次 | 回滚 | 忽略（原因）. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { FailureHandling } from '../../plan/plan.ts';
import { nearest } from '../nearest.ts';
import { parseDurationSeconds } from './duration.ts';

export type ReadHandling =
  /** null: the failure is decided at once, which rolls back. */
  | { readonly ok: true; readonly handling: FailureHandling | null }
  | { readonly ok: false; readonly problem: Diagnostic };

/** How long a person is waited for where the document does not say. */
const ASK_SECONDS = 3600;
/** A day and a night: whoever is to decide holds the lock of the environment meanwhile. */
const LONGEST_ASK_SECONDS = 86_400;
const MOST_RETRIES = 10;
const LONGEST_REASON = 500;

const ROLL_BACK = /^(?:回滚|立即回滚|直接回滚|roll\s?back|undo it)$/iu;
const ASK =
  /^(?:人工介入|人工处理|询问人员|ask a person|ask someone)(?:\s*[(（](?:最多|至多|等待|最多等待|at most|up to|for at most)?\s*([^()（）]*)[)）])?$/iu;
const RETRY = /^(?:重试|retry)(?:\s*(\d+)\s*(?:次|times?))?$/iu;
const IGNORE = /^(?:忽略|ignore)(?:\s*[(（](.*)[)）]|\s*[:：]\s*(.*))?$/iu;

const FORMS = [
  '人工介入',
  '重试 3 次',
  '回滚',
  '忽略（原因）',
  'ask a person',
  'retry 3 times',
  'roll back',
  'ignore (reason)',
];

export function readHandling(written: string): ReadHandling {
  const text = written.trim().replace(/[。.]$/u, '');
  if (ROLL_BACK.test(text)) return { ok: true, handling: null };
  const ask = ASK.exec(text);
  if (ask !== null) return readAsk(ask[1]);
  const retry = RETRY.exec(text.normalize('NFKC'));
  if (retry !== null) return readRetry(text, retry[1]);
  const ignore = IGNORE.exec(text);
  if (ignore !== null) return readIgnore((ignore[1] ?? ignore[2] ?? '').trim());
  return bad(diagnose('UNKNOWN_PHRASE', 'onFailure', { phrase: text }, { near: meant(text) }));
}

/** Only the word is compared: a limit, a number and a reason are anybody's. */
function meant(text: string): readonly string[] {
  const word = text.replace(/[(（].*$/u, '').replace(/\d+/u, '3');
  return nearest(word, FORMS, 1, 0.5);
}

function readAsk(limit: string | undefined): ReadHandling {
  if (limit === undefined) {
    return {
      ok: true,
      handling: { kind: 'ask', waitSeconds: ASK_SECONDS, withoutService: false },
    };
  }
  const waitSeconds = parseDurationSeconds(limit);
  if (waitSeconds === null || waitSeconds > LONGEST_ASK_SECONDS)
    return bad(diagnose('BAD_FIELD', 'askLimit', { text: limit }));
  return { ok: true, handling: { kind: 'ask', waitSeconds, withoutService: true } };
}

function readRetry(text: string, count: string | undefined): ReadHandling {
  const times = Number(count);
  if (count !== undefined && times >= 1 && times <= MOST_RETRIES)
    return { ok: true, handling: { kind: 'retry', times } };
  return bad(diagnose('BAD_FIELD', 'retryTimes', { text, most: MOST_RETRIES }));
}

function readIgnore(reason: string): ReadHandling {
  if (reason === '') return bad(diagnose('BAD_FIELD', 'ignoreReason', {}));
  if (reason.length > LONGEST_REASON || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(reason))
    return bad(diagnose('BAD_FIELD', 'ignoreReasonText', { limit: LONGEST_REASON }));
  return { ok: true, handling: { kind: 'ignore', reason } };
}

function bad(problem: Diagnostic): ReadHandling {
  return { ok: false, problem };
}
