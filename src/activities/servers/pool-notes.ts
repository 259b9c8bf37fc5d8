/** What this worker's activities know of each other: one check of a pool at a time, and what a run wants. */
import { createOneAtATime, type OneAtATime } from './one-at-a-time.ts';

export interface PoolNotes {
  /** The work for one pool one after the other, so that what was checked still holds when it is done. */
  readonly inTurn: OneAtATime;
  /** Notes what a run wants of a server, before it asks the balancer for it. */
  want(requestId: string, server: string, place: Place): void;
  /** undefined: this worker has not moved the server for this run. */
  wanted(requestId: string, server: string): Place | undefined;
}

/** finished: the run has succeeded there and wants nothing more. */
type Place = 'in' | 'out' | 'finished';

/** Runs come and go; what is oldest is forgotten first. */
const MOST_NOTES = 20_000;

export function createPoolNotes(): PoolNotes {
  const notes = new Map<string, Place>();
  const keyOf = (requestId: string, server: string): string => `${requestId} ${server}`;
  return {
    inTurn: createOneAtATime(),
    want(requestId, server, place) {
      const key = keyOf(requestId, server);
      notes.delete(key);
      notes.set(key, place);
      if (notes.size <= MOST_NOTES) return;
      for (const oldest of notes.keys()) {
        notes.delete(oldest);
        return;
      }
    },
    wanted: (requestId, server) => notes.get(keyOf(requestId, server)),
  };
}
