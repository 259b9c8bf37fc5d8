/** What waits for people, as a list and as one question that is answered. */
import { describe, expect, it } from 'vitest';
import { questionFor } from '../../src/cli/answering.ts';
import { askAll } from '../../src/cli/commands/pending.ts';
import { eventLines } from '../../src/cli/view/events.ts';
import { openQuestions, pendingLines, pendingOf } from '../../src/cli/view/questions.ts';
import { renderRunSheet } from '../../src/cli/view/run-sheet.ts';
import { NoAnswerError, NotBegunError } from '../../src/client/errors.ts';
import type { Question } from '../../src/plan/question.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { fakeClient } from './support/fake-client.ts';
import { START_MS, waiting } from './support/statuses.ts';

const MINUTE_MS = 60_000;
const FAILURE: Question = {
  kind: 'failure',
  step: 7,
  roles: ['Tech lead'],
  answers: [
    { word: 'retry', would: 'what failed is done again' },
    { word: 'rollback', would: 'a back on v1' },
  ],
  text: 'step 7 has failed',
  openedAtMs: START_MS,
  deadlineMs: START_MS + 30 * MINUTE_MS,
  atDeadline: 'as rollback',
};
const STUCK: Question = {
  ...FAILURE,
  kind: 'stuck_rollback',
  step: 8,
  roles: [],
  deadlineMs: null,
  atDeadline: '',
};

const asking = (workflowId: string, ...questions: Question[]): RunStatus =>
  waiting({ workflowId, questions });

describe('what to type where a run needs attention', () => {
  const shown = (...questions: Question[]): readonly string[] => {
    const now = waiting({
      outcome: 'needs_attention',
      needsAttention: 'it failed',
      approval: null,
      questions,
    });
    const sheet = renderRunSheet(now, { color: false, width: 80, language: 'en' });
    const events = eventLines(waiting(), now, 'zh');
    return [...sheet, ...events].filter((line) => line.includes('runsheet resolve'));
  };

  it('names the words that the question takes, and no other', () => {
    expect(shown(FAILURE)).toEqual([
      '  runsheet resolve run-1 retry|rollback --by <name>',
      '   runsheet resolve run-1 retry|rollback --by <姓名>',
    ]);
    const skip = { word: 'skip', would: 'the run goes on without it' } as const;
    const [first] = shown({ ...FAILURE, answers: [...FAILURE.answers, skip] });
    expect(first).toContain('retry|rollback|skip');
  });

  it('is nothing while it asks nothing', () => {
    expect(shown()).toEqual([]);
  });
});

describe('what is pending', () => {
  it('is sorted by deadline, and what has none comes last', () => {
    const sooner = { ...FAILURE, deadlineMs: START_MS + MINUTE_MS };
    const found = pendingOf([
      asking('stuck', STUCK),
      asking('later', FAILURE),
      asking('nothing'),
      asking('sooner', sooner),
      asking('stuck-before', { ...STUCK, openedAtMs: START_MS - MINUTE_MS }),
    ]);
    expect(found.map(({ workflowId }) => workflowId)).toEqual([
      'sooner',
      'later',
      'stuck-before',
      'stuck',
    ]);
  });

  it('says who may answer with which words until when, and what then', () => {
    const [found] = pendingOf([asking('run-7', FAILURE)]);
    if (found === undefined) throw new Error('nothing is pending');
    const text = pendingLines(found, 'en', START_MS + 10 * MINUTE_MS).join('\n');
    for (const part of [
      '? run-7  hello v2.0.0 → production',
      'failed step, step 7, since ',
      '(10 min 0 s)',
      'who may answer: Tech lead',
      'retry: what failed is done again',
      '(00:20:00 left): as rollback',
      'runsheet answer run-7 retry|rollback --by <name>',
    ]) {
      expect(text).toContain(part);
    }
    expect(pendingLines(found, 'zh', START_MS).join('\n')).toContain('步骤失败，步骤7，自 ');
  });

  it('shows a long text in part, and a question without roles and deadline', () => {
    const [found] = pendingOf([asking('run-8', { ...STUCK, text: 'word '.repeat(300) })]);
    if (found === undefined) throw new Error('nothing is pending');
    const lines = pendingLines(found, 'en', START_MS);
    expect(lines).toContain('   …');
    expect(lines.filter((line) => line.includes('word'))).toHaveLength(4);
    expect(lines).toContain('   who may answer: anybody known');
    expect(lines).toContain('   no deadline');
  });

  it('is read of a run of an earlier version, as far as it says', () => {
    expect(openQuestions(waiting())).toMatchObject([
      { kind: 'approval', step: 5, deadlineMs: waiting().approval?.expiresAtMs },
    ]);
    const stuck = waiting({ approval: null, needsAttention: 'cannot finish' });
    expect(openQuestions(stuck)).toMatchObject([{ kind: 'stuck_rollback', text: 'cannot finish' }]);
    expect(openQuestions(waiting({ approval: null }))).toEqual([]);
    expect(openQuestions(waiting({ finishedAtMs: START_MS }))).toEqual([]);
  });

  it('names runs for which no worker answers, and hides none of the others', async () => {
    const client = fakeClient({
      asks: { statuses: [asking('asks', FAILURE)] },
      silent: { statuses: [] },
      early: { statuses: [] },
    });
    const status = async (id: string): Promise<RunStatus> => {
      if (id === 'silent') throw new NoAnswerError('no worker');
      if (id === 'early') throw new NotBegunError(START_MS);
      return asking(id, FAILURE);
    };
    const asked = await askAll({ list: client.list, status }, 'queue');
    expect(asked.silent).toEqual(['silent']);
    expect(asked.statuses.map(({ workflowId }) => workflowId)).toEqual(['asks']);
    const failing = () => Promise.reject(new Error('broken'));
    await expect(askAll({ list: client.list, status: failing }, 'queue')).rejects.toThrow('broken');
  });
});

describe('the question that is answered', () => {
  const en = { lang: 'en' };

  it('is the only one, or the one of the step', () => {
    const two = asking('run-1', FAILURE, STUCK);
    expect(questionFor(asking('run-1', FAILURE), { run: 'run-1', word: 'retry' }, en)).toBe(
      FAILURE,
    );
    expect(questionFor(two, { run: 'run-1', word: 'retry', step: 8 }, en)).toBe(STUCK);
    expect(() => questionFor(two, { run: 'run-1', word: 'retry' }, en)).toThrow(
      'runsheet answer run-1 7 retry\n  runsheet answer run-1 8 retry',
    );
  });

  it('refuses a word that it does not take, with those that it does', () => {
    const skip = () => questionFor(asking('run-1', FAILURE), { run: 'run-1', word: 'skip' }, en);
    expect(skip).toThrow('step 7 of run-1 does not take skip; it takes retry, rollback');
    expect(skip).toThrow('  rollback: a back on v1');
  });

  it('is refused where nothing is asked, or something of another step', () => {
    const none = () => questionFor(asking('run-1'), { run: 'run-1', word: 'retry' }, en);
    expect(none).toThrow('WRONG_STEP: run-1 is not waiting for this decision');
    const other = () =>
      questionFor(asking('run-1', FAILURE), { run: 'run-1', word: 'retry', step: 9 }, en);
    expect(other).toThrow('; 7)');
  });
});
