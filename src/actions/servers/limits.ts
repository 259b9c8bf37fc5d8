/**
 * Limits of actions on each server. They converge, so that they may be tried again after a half-done
 * attempt. A server that is out of reach is tried again for a while: the activities judge how long by
 * the time (activities/failures.ts), so this only has to be enough attempts.
 */
const ATTEMPTS = 12;

export const SERVER = {
  scope: 'server',
  settings: {},
  takes: [],
  timeouts: { startToCloseSeconds: 180, heartbeatSeconds: 20 },
  retry: { maximumAttempts: ATTEMPTS },
} as const;
