import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sayWhereLate } from '../../src/cli/view/patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('says once why a judgement takes long, and hands it on', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const late = new Promise<string>((resolve) => setTimeout(resolve, 10_000, 'accepted'));
  const waiting = sayWhereLate(late, 'en');
  await vi.advanceTimersByTimeAsync(2_900);
  expect(write).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(7_100);
  expect(await waiting).toBe('accepted');
  expect(write.mock.calls.join()).toContain('once the approval request has been sent');
  expect(write).toHaveBeenCalledTimes(1);
});

it('says nothing where the answer comes soon, or the question fails', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await sayWhereLate(Promise.resolve('accepted'), 'zh')).toBe('accepted');
  await expect(sayWhereLate(Promise.reject(new Error('no run')), 'zh')).rejects.toThrow('no run');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(write).not.toHaveBeenCalled();
});
