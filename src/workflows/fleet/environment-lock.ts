/**
 * The lock of one service in one environment: a child workflow whose id is the lock's name, so that
 * the server itself admits only one. It ends when its holder says so, or with its holder.
 */
import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';

export const releaseSignal = defineSignal('release');

export interface LockInput {
  readonly service: string;
  readonly environment: string;
  readonly holder: string;
  readonly requestId: string;
  readonly language: 'zh' | 'en';
}

export async function environmentLock(input: LockInput): Promise<void> {
  let released = false;
  setHandler(releaseSignal, () => void (released = true), {
    description:
      input.language === 'zh'
        ? '释放锁（由持有者发送）'
        : 'Releases the lock; its holder sends this',
  });
  setCurrentDetails(`${input.service} / ${input.environment}: ${input.holder}`);
  await condition(() => released);
}
