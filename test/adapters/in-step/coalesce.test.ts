import { expect, it } from 'vitest';
import { coalesce } from '../../../src/adapters/in-step/coalesce.ts';
import { type Deferred, deferred } from '../../support/deferred.ts';

/** Work that answers when the test says so. */
function work() {
  const begun: Deferred<number>[] = [];
  const ask = coalesce(() => {
    const turn = deferred<number>();
    begun.push(turn);
    return turn.promise;
  });
  /** The turn with this number, once it has begun. */
  const turn = async (number: number): Promise<Deferred<number>> => {
    await expect.poll(() => begun.length).toBe(number);
    return begun[number - 1] ?? deferred();
  };
  return { ask, turn };
}

it('those who ask while it works share the next answer, which is never older than their question', async () => {
  const { ask, turn } = work();
  const first = [ask(), ask()];
  const firstTurn = await turn(1);
  const second = Array.from({ length: 50 }, () => ask());
  firstTurn.resolve(1);
  expect(await Promise.all(first)).toEqual([1, 1]);
  (await turn(2)).resolve(2);
  expect(new Set(await Promise.all(second))).toEqual(new Set([2]));
  const third = ask();
  (await turn(3)).resolve(3);
  expect(await third).toBe(3);
});

it('a failure is that of those who asked for it', async () => {
  const { ask, turn } = work();
  const failed = expect(ask()).rejects.toThrow('no');
  const firstTurn = await turn(1);
  const second = ask();
  firstTurn.reject(new Error('no'));
  await failed;
  (await turn(2)).resolve(2);
  expect(await second).toBe(2);
});
