/** Durations as people write them: 24小时, 30秒, 1 小时 30 分钟, 24 hours, 30s, 500ms. */

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:毫秒|milliseconds?|millis|ms)/iu, 1],
  [/^(?:秒钟|秒|seconds?|secs?|s)/iu, 1000],
  [/^(?:分钟|分|minutes?|mins?|m)/iu, 60_000],
  [/^(?:个?小时|hours?|hrs?|h)/iu, 3_600_000],
  [/^(?:天|日|days?|d)/iu, 86_400_000],
];

/** Longest duration: a year. More is a slip of the keyboard, and timers have a limit too. */
const LONGEST_MS = 366 * 86_400_000;

/** Milliseconds; null where the text is not a duration, is nothing, or is longer than a year. */
export function parseDurationMs(text: string): number | null {
  let rest = text.normalize('NFKC').trim();
  if (rest === '') return null;
  let total = 0;
  while (rest !== '') {
    const number = /^(\d{1,9}(?:\.\d{1,6})?)\s*/u.exec(rest);
    if (number === null) return null;
    rest = rest.slice(number[0].length);
    const unit = UNITS.find(([pattern]) => pattern.test(rest));
    if (unit === undefined) return null;
    total += Number(number[1]) * unit[1];
    rest = rest.replace(unit[0], '').replace(/^\s*(?:and\s+|,\s*|零)?/iu, '');
  }
  return total > 0 && total <= LONGEST_MS ? total : null;
}

/** Whole or fractional seconds; null as for `parseDurationMs`. */
export function parseDurationSeconds(text: string): number | null {
  const milliseconds = parseDurationMs(text);
  return milliseconds === null ? null : milliseconds / 1000;
}
