/** What people read of durations. */
import { describe, expect, it } from 'vitest';
import { showDuration } from '../../../src/workflows/showing/words.ts';

describe('durations', () => {
  it.each([
    [850, '850 ms'],
    [12_340, '12.3 s'],
    [185_000, '3 min 5 s'],
    [7_440_000, '2 h 4 min'],
  ])('%d is %s', (durationMs, text) => {
    expect(showDuration(durationMs)).toBe(text);
  });
});
