/** How long no server took traffic. */
import { describe, expect, it } from 'vitest';
import { Availability } from '../../../src/workflows/fleet/availability.ts';

describe('availability', () => {
  it('counts from the last that leaves to the first that returns', () => {
    const pool = new Availability();
    for (const server of ['a', 'b']) pool.note(server, 'in', 0);
    pool.note('a', 'out', 100);
    expect(pool.withoutServiceMs(150)).toBe(0);
    pool.note('b', 'out', 200);
    expect(pool.withoutServiceMs(500)).toBe(300);
    pool.note('b', 'in', 600);
    pool.note('a', 'in', 900);
    expect(pool.withoutServiceMs(2000)).toBe(400);
    expect(pool.stateOf('nobody')).toBe('unknown');
  });
});
