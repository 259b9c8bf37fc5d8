/** A bounded number of works at once on this worker, the others in the order in which they came. */
import { endIfCancelled, heartbeatWhile } from './pace.ts';

export type AtOnce = <T>(weight: number, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly weight: number;
  readonly begin: () => void;
}

/**
 * @param capacity the sum of the weights of what runs at once; what weighs more runs alone
 * @returns runs a work as soon as there is room for it; heartbeats while it waits
 */
export function createAtOnce(capacity: number): AtOnce {
  const waiting: Waiting[] = [];
  let used = 0;
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (used > 0 && used + next.weight > capacity) return;
      waiting.shift();
      used += next.weight;
      next.begin();
    }
  };
  /** @returns whether it was let in; false: it was cancelled before its turn came */
  const enter = (weight: number, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const mine: Waiting = { weight, begin: () => resolve(true) };
      waiting.push(mine);
      admit();
      const leave = (): void => {
        const place = waiting.indexOf(mine);
        if (place < 0) return;
        waiting.splice(place, 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
    });
  return async (weight, work) => {
    const isIn = await heartbeatWhile((signal) => enter(weight, signal));
    try {
      await endIfCancelled();
      return await work();
    } finally {
      if (isIn) used -= weight;
      admit();
    }
  };
}
