/** What identifies a plan: sha256 over its canonical JSON, without what only people see. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/canonical.ts';
import type { Plan } from '../plan/plan.ts';

/** `sha256:` and 64 hex digits over all of the plan but its `presentation`. */
export function planDigest(plan: Plan): string {
  const { presentation: _presentation, ...behaviour } = plan;
  return digestOf(behaviour);
}

/** `sha256:` and 64 hex digits over the canonical JSON of a value. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex')}`;
}
