import type { Attempt, Attempts } from '../../../src/ports/attempts.ts';

export interface MadeUpAttempts extends Attempts {
  /** The attempt that is made from now on. */
  begin(attempt: Partial<Attempt>): void;
  /** The attempt that was begun has ended. */
  end(): void;
  /** Asked of each attempt of others. */
  isOver: (attempt: Attempt) => boolean;
}

/** A worker that makes one attempt at a time, as the test says. */
export function madeUpAttempts(worker: string): MadeUpAttempts {
  const FIRST = { workflowId: 'run', runId: '1', activityId: '5', activity: 'start', attempt: 1 };
  const tell: ((attempt: Attempt) => void)[] = [];
  let current: Attempt | null = null;
  const made: MadeUpAttempts = {
    isOver: () => false,
    begin(attempt) {
      current = { ...FIRST, worker, ...attempt };
    },
    end() {
      const ended = current;
      current = null;
      if (ended !== null) for (const each of tell) each(ended);
    },
    current: () => current,
    over: async (attempts) => attempts.filter((each) => made.isOver(each)),
    whenEnded(listener) {
      tell.push(listener);
    },
  };
  return made;
}
