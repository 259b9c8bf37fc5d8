/** What is written on a server about who changes it, and what is said where that does not work. Pure. */
import type { Localized } from '../../diagnostics/language.ts';
import type { Attempt } from '../../ports/attempts.ts';
import { phrase } from '../refusal.ts';
import { CLAIM_EXIT } from './claim-script.ts';

/** One attempt over the connection of somebody else. */
export interface Claimed {
  readonly file: string;
  readonly attempt: Attempt;
}

const FILE = /^[0-9a-f-]{36}\.\d+$/u;
const WORDS = ['workflowId', 'runId', 'activityId', 'activity', 'worker'];

/** @param printed by the claim's command; what has another form is not ours, and left alone */
export function readClaims(printed: string): readonly Claimed[] {
  return printed.split('\n').flatMap((line) => {
    const [file = '', ...rest] = line.split(' ');
    const attempt = readAttempt(rest.join(' '));
    return FILE.test(file) && attempt !== null ? [{ file, attempt }] : [];
  });
}

/** Whether the base folder was not there: what only looks at a server shall leave nothing. */
export function hasMadeFolder(printed: string): boolean {
  return printed.startsWith('made\n');
}

function readAttempt(text: string): Attempt | null {
  try {
    const value: unknown = JSON.parse(text);
    return isAttempt(value) ? value : null;
  } catch {
    return null;
  }
}

function isAttempt(value: unknown): value is Attempt {
  if (typeof value !== 'object' || value === null) return false;
  const words = WORDS.every((name) => typeof Reflect.get(value, name) === 'string');
  return words && Number.isInteger(Reflect.get(value, 'attempt'));
}

/** Said once of a server. */
export function notKept(server: string, exitCode: number | null, said: string): Localized {
  const { zh, en } = exitCode === CLAIM_EXIT.noSession ? NO_SESSION : notWritten(exitCode, said);
  return {
    zh: `${server}：无法记下是谁在改它（${zh}）；被冻结后又恢复的 worker 可能还会在那里完成一个请求`,
    en: `${server}: who changes it cannot be written down there (${en}); a worker that was frozen and thaws may still finish one request on it`,
  };
}

const NO_SESSION: Localized = {
  zh: '找不到服务这个 SSH 连接的进程',
  en: 'no process is found that serves this SSH connection',
};

function notWritten(exitCode: number | null, said: string): Localized {
  const reason = phrase(said, 200);
  return reason === ''
    ? { zh: `退出码 ${exitCode ?? '无'}`, en: `exit code ${exitCode ?? 'none'}` }
    : { zh: reason, en: reason };
}

export function notEnded(server: string, { attempt }: Claimed): Localized {
  const { activity, worker } = attempt;
  return {
    zh: `${server}：无法结束 ${worker} 的连接，它的 ${activity} 已被接手；它恢复后可能还会在那里完成一个请求`,
    en: `${server}: the connection of ${worker}, whose ${activity} was taken over, cannot be ended; once it thaws it may still finish one request there`,
  };
}
