/** `--at`: when a run begins. */

/** Date, time and zone; seconds may be left out. */
const FORM =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<time>\d{2}:\d{2}(?::\d{2})?)(?<zone>[Zz]|[+-]\d{2}:?\d{2})$/u;

/**
 * `2026-12-01T02:00+08:00`, or with `Z` for UTC. A time without a zone is another one on each machine,
 * so it is none.
 * @returns milliseconds since 1970; null: no such time
 */
export function readStartTime(text: string): number | null {
  const { date = '', time = '', zone = '' } = FORM.exec(text.trim())?.groups ?? {};
  if (date === '') return null;
  const clock = `${date}T${time.length === 5 ? `${time}:00` : time}`;
  const asUtc = Date.parse(`${clock}Z`);
  // The 30th of February is read as a day of March.
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(clock)) return null;
  const offset = minutesOf(zone);
  return offset === null ? null : asUtc - offset * 60_000;
}

/** East of Greenwich; null: no zone is so far. */
function minutesOf(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.replace(':', '');
  const [hours, minutes] = [Number(digits.slice(1, 3)), Number(digits.slice(3))];
  if (hours > 14 || minutes > 59) return null;
  return (digits.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
