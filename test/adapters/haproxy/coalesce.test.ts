import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { coalesce } from '../../../src/adapters/haproxy/coalesce.ts';

it('those who ask while it works share the next answer, which is never older than their question', async () => {
  let begun = 0;
  const ask = coalesce(async () => {
    begun += 1;
    const mine = begun;
    await delay(20);
    return mine;
  });
  const first = [ask(), ask()];
  await delay(5);
  const second = Array.from({ length: 50 }, () => ask());
  expect(await Promise.all(first)).toEqual([1, 1]);
  expect(new Set(await Promise.all(second))).toEqual(new Set([2]));
  expect(begun).toBe(2);
  expect(await ask()).toBe(3);
});

it('a failure is that of those who asked for it', async () => {
  let fails = true;
  const ask = coalesce(async () => {
    await delay(5);
    if (fails) throw new Error('no');
    return 'yes';
  });
  const first = ask();
  await delay(1);
  const second = ask();
  await expect(first).rejects.toThrow('no');
  fails = false;
  expect(await second).toBe('yes');
});
