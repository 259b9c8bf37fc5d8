/** The deadline of a question. Its timer is never cancelled: after a judgement no event comes first (decision 23). */
import { sleep } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { RunIdentity } from '../run.ts';
import { summaryOf } from '../tasks/activities.ts';

export interface QuestionClock {
  readonly expired: boolean;
}

export function startClock(run: RunIdentity, step: number, waitMs: number): QuestionClock {
  const clock = { expired: false };
  const text = say(run.ref, '等待人工决定', 'a person is waited for');
  void sleep(waitMs, { summary: summaryOf(step, null, text) }).then(
    () => {
      clock.expired = true;
    },
    () => undefined,
  );
  return clock;
}
