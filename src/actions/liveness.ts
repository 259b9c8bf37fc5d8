/** How soon a run goes on where its worker is gone, and what that may cost; see docs/operations.md. */

/** Silence of an activity that another worker begins again; `worker.heartbeat_timeout` sets another. */
export const HEARTBEAT_SECONDS = 5;

/**
 * Attempts on top of those that an activity may fail: each worker that is killed, frozen or told to
 * end in the middle costs one, and is no failure.
 */
export const WORKER_ENDS = 10;
