/** What a run says while it has not got its lock. */
import { LEFT_IN_THE_MIDDLE } from '../../diagnostics/catalogue/left-in-the-middle.ts';
import { fill } from '../../diagnostics/fill.ts';
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
  const { message, remedy } = LEFT_IN_THE_MIDDLE;
  const { service, environment, language } = ref;
  const named = { run: leftBy, service, environment };
  return `${fill(message[language], named, language)}${say(ref, '：', ': ')}${fill(remedy[language], named, language)}`;
}
