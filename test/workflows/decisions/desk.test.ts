/** Where decisions arrive, and what is refused there. */
import { describe, expect, it } from 'vitest';
import { DecisionDesk, RECEIVED_LIMIT } from '../../../src/workflows/decisions/desk.ts';

describe('the desk', () => {
  it('is flooded past its limit and refuses what is left when it closes', () => {
    const refusals: string[] = [];
    const desk = new DecisionDesk({ refusals, language: 'en' });
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

  it('counts for each request anew: what came before ends none', () => {
    const desk = new DecisionDesk({ refusals: [], language: 'en' });
    for (let at = 0; at <= RECEIVED_LIMIT; at += 1) desk.take('approve', { by: 'junk' });
    expect(desk.flooded).toBe(true);
    desk.openFor({ waitsFor: 'approval', step: 5 });
    expect(desk.flooded).toBe(false);
    desk.take('approve', { by: 'alice' });
    expect(desk.next()?.message.by).toBe('alice');
  });

  it.each([
    ['zh', '应为', '现在没有等待的决定', '步骤 5 在等待 approve 或 reject'],
    ['en', 'expected', 'nothing waits for a decision now', 'step 5 waits for approve or reject'],
  ] as const)('refuses in the run’s language, %s', (language, shape, early, other) => {
    const refusals: string[] = [];
    const desk = new DecisionDesk({ refusals, language });
    desk.takeAnswer({ word: 'approve', by: 'alice' });
    desk.openFor({ waitsFor: 'approval', step: 5 });
    desk.takeAnswer({ word: 'retry', by: 'alice' });
    desk.takeAnswer({ word: 'approve', by: 'alice', step: 8 });
    desk.takeAnswer({ word: 'maybe', by: 'alice' });
    desk.takeAnswer('approve');
    desk.takeAnswer({ word: 'approve' });
    desk.takeAnswer({ word: 'approve', by: 'x'.repeat(300) });
    desk.takeAnswer({ word: 'approve', by: 'alice', comment: 7 });
    desk.takeAnswer({ word: 'approve', by: 'alice', withCurrentSettings: 'yes' });
    expect(refusals).toHaveLength(9);
    expect(refusals[0]).toBe(`approve alice: WRONG_STEP: ${early}`);
    expect(refusals[1]).toBe(`retry alice: WRONG_STEP: ${other}`);
    expect(refusals[2]).toContain(other);
    expect(refusals[3]).toContain('answer alice: BAD_DECISION');
    for (const at of [3, 4, 7]) expect(refusals[at]).toContain(shape);
    for (const line of refusals) expect(/\p{Script=Han}/u.test(line)).toBe(language === 'zh');
    desk.takeAnswer({ word: 'approve', by: 'alice', step: 5 });
    expect(desk.next()).toMatchObject({ kind: 'approve', message: { by: 'alice', step: 5 } });
  });
});
