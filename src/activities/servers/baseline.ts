/** The balancer's counters just before a server went back in: what is measured later is the rest. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolServer } from '../../ports/load-balancer.ts';
import { type Scoped, type ServerPorts, serverOf } from './context.ts';

export interface Counters {
  readonly requests: number;
  readonly errors: number;
}

const NONE: Counters = { requests: 0, errors: 0 };

/**
 * Writes the counters into the run's folder once: a repeated attempt, perhaps by another worker
 * process, must not move the point from which the outcome is counted.
 */
export async function keepBaseline(
  ports: ServerPorts,
  input: Scoped,
  now: PoolServer | null,
): Promise<void> {
  if ((await readBaseline(ports, input)) !== null) return;
  const file = await fileOf(ports, input);
  const { requests, errors } = now ?? NONE;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ requests, errors }));
  await rename(draft, file);
}

/** null: this run has not put the server in. */
export async function readBaseline(ports: ServerPorts, input: Scoped): Promise<Counters | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(await fileOf(ports, input), 'utf8'));
    return isCounters(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** What was counted since; a balancer that restarted counts from 0 again. */
export function since(baseline: Counters | null, now: Counters): Counters {
  const start = baseline === null || now.requests < baseline.requests ? NONE : baseline;
  return {
    requests: now.requests - start.requests,
    errors: Math.max(0, now.errors - start.errors),
  };
}

async function fileOf(ports: ServerPorts, input: Scoped): Promise<string> {
  const folder = await ports.artifacts.folder(input.run.requestId);
  await mkdir(folder, { recursive: true });
  return join(folder, `balancer-baseline-${encodeURIComponent(serverOf(input))}.json`);
}

function isCounters(value: unknown): value is Counters {
  if (typeof value !== 'object' || value === null) return false;
  if (!('requests' in value) || !('errors' in value)) return false;
  return typeof value.requests === 'number' && typeof value.errors === 'number';
}
