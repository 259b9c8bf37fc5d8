/** Limits of what is done once for the run. */
export const ONCE = {
  scope: 'run',
  settings: {},
  takes: [],
  timeouts: { startToCloseSeconds: 180 },
  retry: { maximumAttempts: 5 },
} as const;
