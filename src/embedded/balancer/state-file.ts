import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AdminState, Pool } from './pool.ts';

/** What a restart of the load balancer must not forget. */
export interface KeptState {
  readonly pools: Readonly<Record<string, Readonly<Record<string, KeptMember>>>>;
  readonly routes: Readonly<Record<string, string>>;
}

export interface KeptMember {
  readonly admin: AdminState;
  readonly weight: number;
}

const NOTHING: KeptState = { pools: {}, routes: {} };

/** A missing or damaged file counts as empty: every server then starts as ready. */
export function readState(file: string): KeptState {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return NOTHING;
  }
  if (!isRecord(parsed) || !isRecord(parsed['pools']) || !isRecord(parsed['routes']))
    return NOTHING;
  const pools: Record<string, Record<string, KeptMember>> = {};
  for (const [pool, members] of Object.entries(parsed['pools'])) {
    if (!isRecord(members)) continue;
    const kept: Record<string, KeptMember> = {};
    for (const [name, member] of Object.entries(members)) {
      if (isRecord(member) && isAdminState(member['admin'])) {
        kept[name] = {
          admin: member['admin'],
          weight: isWeight(member['weight']) ? member['weight'] : 1,
        };
      }
    }
    pools[pool] = kept;
  }
  const routes: Record<string, string> = {};
  for (const [prefix, pool] of Object.entries(parsed['routes'])) {
    if (typeof pool === 'string') routes[prefix] = pool;
  }
  return { pools, routes };
}

/** Written before the change is acknowledged, so that an acknowledged change survives a crash. */
export function writeState(
  file: string,
  pools: Iterable<Pool>,
  routes: Readonly<Record<string, string>>,
): void {
  const kept: Record<string, Record<string, KeptMember>> = {};
  for (const pool of pools) {
    const members = [...pool.members.values()];
    kept[pool.name] = Object.fromEntries(
      members.map(({ name, admin, weight }) => [name, { admin, weight }]),
    );
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ pools: kept, routes }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isAdminState(value: unknown): value is AdminState {
  return value === 'ready' || value === 'drain' || value === 'maint';
}

/** HAProxy's own range. */
export function isWeight(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 256;
}
