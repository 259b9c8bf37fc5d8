import { expect, it } from 'vitest';
import { Gate } from '../../../src/adapters/ssh/gate.ts';

const late = (): Error => new Error('late');

it('lets so many in, the others in their order, and each out once', async () => {
  const gate = new Gate(2);
  const order: number[] = [];
  const leave = await gate.enter(1_000, late);
  const other = await gate.enter(1_000, late);
  const waiting = [3, 4].map(async (name) => {
    const out = await gate.enter(1_000, late);
    order.push(name);
    return out;
  });
  expect([gate.count, gate.waiting]).toEqual([2, 2]);
  leave();
  leave();
  const third = await waiting[0];
  expect(order).toEqual([3]);
  expect([gate.count, gate.waiting]).toEqual([2, 1]);
  other();
  third?.();
  (await waiting[1])?.();
  expect(order).toEqual([3, 4]);
  expect([gate.count, gate.waiting]).toEqual([0, 0]);
});

it('bounds the wait, and lets go of who gives up', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(1_000, late);
  await expect(gate.enter(20, late)).rejects.toThrow('late');
  const cancel = new AbortController();
  const waiting = gate.enter(1_000, late, cancel.signal);
  cancel.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  await expect(gate.enter(1_000, late, cancel.signal)).rejects.toThrow('given up');
  expect(gate.waiting).toBe(0);
  leave();
  (await gate.enter(10, late))();
});

it('can become narrower, and never shuts', async () => {
  const gate = new Gate(3);
  const leaves = await Promise.all([1, 2, 3].map(() => gate.enter(1_000, late)));
  gate.lower(0);
  const waiting = gate.enter(1_000, late);
  leaves[0]?.();
  leaves[1]?.();
  expect([gate.count, gate.waiting]).toEqual([1, 1]);
  leaves[2]?.();
  (await waiting)();
  gate.lower(5);
  await gate.enter(10, late);
  await expect(gate.enter(10, late)).rejects.toThrow('late');
});
