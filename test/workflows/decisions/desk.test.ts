/** Where decisions arrive, and what is refused there. */
import { describe, expect, it } from 'vitest';
import { DecisionDesk, RECEIVED_LIMIT } from '../../../src/workflows/decisions/desk.ts';

describe('the desk', () => {
  it('is flooded past its limit and refuses what is left when it closes', () => {
    const refusals: string[] = [];
    const desk = new DecisionDesk(refusals);
    desk.openFor({ waitsFor: 'resolution', step: 7 });
    const waiting = desk.take('retry', { by: 'alice' });
    const wrong = desk.take('approve', { by: 'alice' });
    expect(wrong.judgement).toMatchObject({ code: 'WRONG_STEP' });
    for (let at = 0; at < RECEIVED_LIMIT; at += 1) desk.take('retry', []);
    expect(desk.flooded).toBe(true);
    desk.close();
    expect(waiting.judgement).toMatchObject({ accepted: false, code: 'WRONG_STEP' });
    expect(refusals.length).toBeLessThanOrEqual(51);
  });
});
