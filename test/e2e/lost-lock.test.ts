/** The lock of a run that is changing servers is lost while another one waits for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tried, twoWorkers } from '../faults/support/broken-lock.ts';
import type { Stage } from './support/stage.ts';

const LIMIT_MS = 300_000;

let stage: Stage;
beforeAll(async () => {
  stage = await twoWorkers();
}, LIMIT_MS);
afterAll(() => stage?.close());

describe('two runs never change servers at once', () => {
  it.each([
    { step: 7, happening: 'terminated', name: 'terminated' },
    { step: 7, happening: 'reset-last', name: 'reset' },
  ] as const)(
    'where in step $step the lock is lost: $name',
    async (one) => expect(await tried(stage, one)).toEqual([]),
    LIMIT_MS,
  );
});
