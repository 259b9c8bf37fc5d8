/** Where a run has so many servers that each cannot be told in full: histories and pages are bounded. */
import type { RunIdentity } from '../run.ts';

const MANY = 20;

export function hasMany({ resolved }: RunIdentity): boolean {
  return resolved.servers.length > MANY;
}

/** The first lines, and how many more there are. */
export function firstOf(lines: readonly string[], limit: number): string[] {
  const rest = lines.length - limit;
  return rest <= 0 ? [...lines] : [...lines.slice(0, limit), `… +${rest}`];
}
