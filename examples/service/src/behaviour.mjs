/** How the service behaves towards its callers. The one place to change for trying out a bad release. */
export const behaviour = {
  /** The program ends at once with this exit code; null: it stays. */
  exitCodeAtStart: null,
  /** Status of every answer but the health endpoint's. */
  status: 200,
  /** Every answer waits this long, in milliseconds. */
  latencyMs: 0,
};
