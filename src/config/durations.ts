/** Durations as runsheet.yaml writes them: `500ms`, `30s`, `5m`, `1h`, `30秒`, `5分钟`, `1小时`, `1天`. */

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  毫秒: 1,
  s: 1000,
  sec: 1000,
  秒: 1000,
  秒钟: 1000,
  m: 60_000,
  min: 60_000,
  分: 60_000,
  分钟: 60_000,
  h: 3_600_000,
  小时: 3_600_000,
  d: 86_400_000,
  天: 86_400_000,
};

/** Nothing in a project file waits longer than this. */
const LONGEST_MS = 366 * 86_400_000;

/** @returns milliseconds, or null where the text is not a duration. */
export function parseDurationMs(text: string): number | null {
  const found = /^(\d{1,12}(?:\.\d{1,6})?)\s*(\p{L}+)$/u.exec(text.normalize('NFKC').trim());
  if (found === null) return null;
  const [, amount, unit] = found;
  const unitMs = UNITS_MS[(unit ?? '').toLowerCase()];
  if (unitMs === undefined) return null;
  const milliseconds = Math.round(Number(amount) * unitMs);
  return milliseconds <= LONGEST_MS ? milliseconds : null;
}
