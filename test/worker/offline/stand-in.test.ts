/** What activities find around them where there is no Temporal. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { heartbeatWhile } from '../../../src/activities/servers/pace.ts';
import { createFence } from '../../../src/worker/fence.ts';
import { failureOf } from '../../../src/worker/offline/lines.ts';
import { attempted } from '../../../src/worker/offline/stand-in.ts';

const NEVER = new AbortController().signal;
const bounds = { name: 'pool.drain', limitSeconds: 60, interrupted: NEVER };

const passing = (): ApplicationFailure =>
  ApplicationFailure.create({ type: 'UNAVAILABLE', message: 'not now', nextRetryDelay: 1 });

describe('an activity without Temporal', () => {
  it('tries again what may pass, and counts', async () => {
    const attempts: number[] = [];
    const done = await attempted(bounds, async () => {
      attempts.push(Context.current().info.attempt);
      if (attempts.length < 3) throw passing();
      return 'done';
    });
    expect(done).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('does not try again what never passes', async () => {
    let count = 0;
    const failing = attempted(bounds, async () => {
      count += 1;
      throw ApplicationFailure.nonRetryable('no', 'REFUSED');
    });
    await expect(failing).rejects.toMatchObject({ type: 'REFUSED' });
    expect(count).toBe(1);
  });

  it('ends within its limit, whatever is waited for', async () => {
    const waiting = attempted({ ...bounds, limitSeconds: 0.05 }, () =>
      Context.current().sleep(60_000),
    );
    const error: unknown = await waiting.catch((thrown: unknown) => thrown);
    expect(failureOf(error, { language: 'en' })).toBe('not done within 0.05s');
    expect(failureOf(error, { language: 'zh' })).toBe('0.05s 内没有完成');
  });

  it('ends between two attempts too', async () => {
    const late = ApplicationFailure.create({ message: 'not now', nextRetryDelay: 60_000 });
    const waiting = attempted({ ...bounds, limitSeconds: 0.05 }, () => Promise.reject(late));
    await expect(waiting).rejects.toThrow('not done within 0.05 s');
  });

  it('is told of an interruption, and not begun after one', async () => {
    const interruption = new AbortController();
    const interrupted = interruption.signal;
    let begun = 0;
    const work = (): Promise<void> => {
      begun += 1;
      return heartbeatWhile(() => Context.current().cancelled);
    };
    const waiting = attempted({ ...bounds, interrupted }, work);
    interruption.abort();
    const error: unknown = await waiting.catch((thrown: unknown) => thrown);
    expect(failureOf(error, { language: 'en' })).toBe('interrupted');
    expect(failureOf(error, { language: 'zh' })).toBe('已中断');
    await expect(attempted({ ...bounds, interrupted }, work)).rejects.toThrow();
    expect(begun).toBe(1);
  });

  it('passes the fence without asking anybody: there is no client', async () => {
    const fence = createFence();
    await attempted(bounds, async () => {
      expect(() => Context.current().client).toThrow('No Client');
      await fence('app-server-1');
    });
  });
});
