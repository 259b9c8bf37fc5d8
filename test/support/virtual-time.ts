/**
 * Time that passes only when nothing else is to be done: a wait of 30 s takes none, and one run is
 * like the next. `setImmediate` stays real; whoever drives the work calls `tick` after each turn of the
 * event loop.
 */
import { vi } from 'vitest';

/** Longer than whatever goes on for some turns without a timer. */
const IDLE_TURNS = 6;
/** A promise of node:fs that is still to come. */
const FILES = 'FSReqPromise';

export async function inVirtualTime<T>(work: (tick: () => void) => Promise<T>): Promise<T> {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  let idle = 0;
  const tick = (): void => {
    idle += 1;
    if (idle < IDLE_TURNS || process.getActiveResourcesInfo().includes(FILES)) return;
    idle = 0;
    vi.advanceTimersToNextTimer();
  };
  try {
    return await work(tick);
  } finally {
    vi.useRealTimers();
  }
}
