/** How long it took, over many tries. */

export interface Spread {
  /** In milliseconds; null: nothing was measured. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly longestMs: number | null;
}

/** @param times in milliseconds, in any order; null where a try has none @returns nearest-rank percentiles */
export function spreadOf(times: readonly (number | null)[]): Spread {
  const sorted = times.filter((each) => each !== null).toSorted((one, other) => one - other);
  const at = (percent: number): number | null =>
    sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? null;
  return { medianMs: at(50), p95Ms: at(95), longestMs: at(100) };
}

/** @example 'median 6.0 s, p95 6.8 s, longest 6.9 s' */
export function spreadLine({ medianMs, p95Ms, longestMs }: Spread): string {
  return `median ${seconds(medianMs)}, p95 ${seconds(p95Ms)}, longest ${seconds(longestMs)}`;
}

/** @example '6.0 s', '-' */
export function seconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`;
}
