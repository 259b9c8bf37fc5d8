/** What a run says while it has not got its lock. */
import { oneLine, say } from '../../diagnostics/language.ts';
import type { RunIdentity } from '../run.ts';
import { messageOf } from '../steps/failure.ts';

const MESSAGE_CHARACTERS = 300;

export function queuedText({ ref }: RunIdentity, holder: string | null): string {
  return say(
    ref,
    `排队等待锁 ${ref.service}/${ref.environment}（持有者：${holder ?? '?'}）`,
    `queued for the lock of ${ref.service}/${ref.environment}, held by ${holder ?? '?'}`,
  );
}

export function unseenText({ ref }: RunIdentity, error: unknown): string {
  const place = `${ref.service}/${ref.environment}`;
  const reason = oneLine(messageOf(error).slice(0, MESSAGE_CHARACTERS));
  return say(
    ref,
    `无法查看锁 ${place}，将再次尝试：${reason}`,
    `the lock of ${place} cannot be seen, and is looked at again: ${reason}`,
  );
}

/** @param leftBy the run that was ended while it held the lock */
export function dirtyText({ ref }: RunIdentity, leftBy: string): string {
  const { service, environment } = ref;
  return say(
    ref,
    `发布单 ${leftBy} 在更改 ${service}/${environment} 的服务器时被终止，什么都没有撤销：请先执行 runsheet repair ${service} ${environment}`,
    `the run ${leftBy} was ended while it changed the servers of ${service}/${environment}, and nothing was undone: first, runsheet repair ${service} ${environment}`,
  );
}
