/** What somebody reads who cancels a run that is past being cancelled. */
import { describe, expect, it } from 'vitest';
import { whyNoCancel } from '../../src/cli/view/cancel.ts';
import type { QuestionKind } from '../../src/plan/question.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { serverView } from './support/fake-client.ts';
import { rolledBack, waiting } from './support/statuses.ts';

const said = (...look: Parameters<typeof whyNoCancel>): string => whyNoCancel(...look)?.en ?? '';

function asking(kind: QuestionKind): Partial<RunStatus> {
  const text = 'it cannot go on';
  const answers = [{ word: 'retry' as const, would: '' }];
  const times = { openedAtMs: 0, deadlineMs: null, atDeadline: '' };
  return {
    needsAttention: text,
    questions: [{ kind, step: 7, text, roles: [], answers, ...times }],
  };
}

describe('a run is cancelled', () => {
  it('where nothing stands against it, whether a worker answers or not', () => {
    expect(whyNoCancel('run-1', { status: waiting(), server: serverView() })).toBeNull();
    expect(whyNoCancel('run-1', { status: null, server: serverView() })).toBeNull();
  });

  it('also where a failed step asks: that question ends with the run', () => {
    const status = waiting(asking('failure'));
    expect(whyNoCancel('run-1', { status, server: serverView() })).toBeNull();
  });

  it('once: a second time is refused with the reason, also where no worker answers', () => {
    const server = serverView({ cancelRequested: true });
    for (const status of [waiting(), null]) {
      expect(said('run-1', { status, server })).toContain('has been cancelled already');
      expect(said('run-1', { status, server })).toContain('runsheet status run-1 --watch');
    }
  });

  it('not while its failure is undone, nor while that needs attention', () => {
    const undoing = { ...rolledBack(), outcome: 'running' as const, finishedAtMs: null };
    const why = said('run-1', { status: undoing, server: serverView() });
    expect(why).toMatch(/failed in step 6 \(.+\) and is being rolled back/u);
    const stuck = { ...undoing, ...asking('stuck_rollback') };
    for (const cancelRequested of [true, false]) {
      const view = serverView({ cancelRequested });
      expect(said('run-1', { status: stuck, server: view })).toContain('resolve run-1 retry');
    }
  });
});
