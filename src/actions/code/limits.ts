/** Limits of actions on the checkout. A failing check is an answer, so it is not tried often. */
export const CHECK = {
  scope: 'run',
  settings: {},
  takes: [],
  timeouts: { startToCloseSeconds: 900 },
  retry: { maximumAttempts: 2 },
} as const;

/** The same for what only a worker that builds does. */
export const IN_CHECKOUT = { ...CHECK, runs: 'build' } as const;

export const LONG = { startToCloseSeconds: 3600 } as const;
