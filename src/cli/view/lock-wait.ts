/** A run that is queued: whom it waits for, since when, and what to do. Pure. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { type Say, sayIn } from '../language.ts';
import { durationWord } from './words.ts';

/** No lines where it does not wait. @param nowMs null: the time when it began, for a line that stays */
export function lockWaitLines(
  { workflowId, service, environment, lockWait }: RunStatus,
  language: Language,
  nowMs: number | null,
): readonly string[] {
  if (lockWait === undefined) return [];
  const say = sayIn(language);
  const { holder, sinceMs, heldSinceMs, ahead } = lockWait;
  const who = holder ?? say({ zh: '另一张发布单', en: 'another run' });
  const begun = new Date(sinceMs).toISOString();
  const spent = nowMs === null ? '' : durationWord(nowMs - sinceMs, language);
  const since = say({
    zh: nowMs === null ? `自 ${begun}` : `已 ${spent}`,
    en: nowMs === null ? `since ${begun}` : `for ${spent}`,
  });
  const look = say({ zh: '查看它', en: 'to look at it' });
  const leave = say({ zh: '不再等待', en: 'to stop waiting' });
  return [
    say({
      zh: `排队等待（${since}）：${who} 正在更改 ${service}/${environment} 的服务器`,
      en: `queued ${since}: ${who} is changing the servers of ${service}/${environment}`,
    }),
    ...order({ heldSinceMs, ahead }, say).map((line) => `  ${line}`),
    ...(holder === null ? [] : [`  ${look}: runsheet status ${holder}`]),
    `  ${leave}: runsheet cancel ${workflowId}`,
  ];
}

/** Since when the holder has the lock, and whose turn is before this run's. */
function order(
  { heldSinceMs, ahead }: Pick<NonNullable<RunStatus['lockWait']>, 'heldSinceMs' | 'ahead'>,
  say: Say,
): readonly string[] {
  const lines: string[] = [];
  if (heldSinceMs !== null) {
    const begun = new Date(heldSinceMs).toISOString();
    lines.push(say({ zh: `锁的持有始于：${begun}`, en: `the lock is held since ${begun}` }));
  }
  if (ahead > 0) {
    const others = countedEn(ahead, 'run waits', 'runs wait');
    lines.push(say({ zh: `排在前面的发布单：${ahead}`, en: `${others} in front of it` }));
  }
  return lines;
}

/** Lines for a log, once each time that the wait begins, finds another holder, or ends. */
export function lockWaitEvents(
  before: RunStatus | null,
  now: RunStatus,
  language: Language,
): readonly string[] {
  const former = before?.lockWait;
  if (now.lockWait !== undefined) {
    const isKnown = former !== undefined && former.holder === now.lockWait.holder;
    return isKnown ? [] : lockWaitLines(now, language, null).map((line) => `   ${line}`);
  }
  if (former === undefined) return [];
  return [`   ${sayIn(language)({ zh: '排队结束', en: 'no longer queued' })}`];
}
