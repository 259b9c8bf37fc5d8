/** The balancer's counters just before a server went back in: what is measured later is the rest. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { findServer } from './pool-state.ts';

export interface Counters {
  readonly requests: number;
  readonly errors: number;
}

export interface Baseline {
  /** null: the balancer does not count. */
  readonly counters: Counters | null;
  /** The balancer's process that counted so far; another one counts from 0. */
  readonly process: string | null;
}

const NONE: Counters = { requests: 0, errors: 0 };

/** What the balancer has counted for a server: nothing for one that it does not know; null: it does not count. */
export function countersOf(server: PoolServer | null): Counters | null {
  if (server === null) return NONE;
  const { requests, errors } = server;
  return requests === null || errors === null ? null : { requests, errors };
}

/**
 * Keeps the counters with the run once: a repeated attempt, perhaps by another worker
 * process, must not move the point from which the outcome is counted.
 * @returns whether this was the first time
 */
export async function keepBaseline(
  ports: ServerPorts,
  input: OnServer,
  state: PoolState,
): Promise<boolean> {
  if ((await readBaseline(ports, input)) !== null) return false;
  const counters = countersOf(findServer(state, input.server));
  await writeBaseline(ports, input, { counters, process: state.process });
  return true;
}

/**
 * A balancer that started anew counts from 0: the baseline moves, below 0 where need be, so that
 * what was counted before is counted still. Only what happened between the two looks is lost.
 */
export async function moveBaseline(
  ports: ServerPorts,
  input: OnServer,
  before: PoolState,
  after: PoolState,
): Promise<void> {
  const baseline = await readBaseline(ports, input);
  if (baseline === null || baseline.process !== before.process) return;
  const last = findServer(before, input.server);
  const now = findServer(after, input.server);
  if (last === null || now === null) return;
  const [start, counted, anew] = [baseline.counters, countersOf(last), countersOf(now)];
  if (start === null || counted === null || anew === null) return;
  await writeBaseline(ports, input, {
    counters: {
      requests: anew.requests - (counted.requests - start.requests),
      errors: anew.errors - (counted.errors - start.errors),
    },
    process: after.process,
  });
}

/** null: this run has not put the server in. */
export async function readBaseline(ports: ServerPorts, input: OnServer): Promise<Baseline | null> {
  const { requestId } = input.run;
  const text = await ports.artifacts.read(`artifact:${requestId}/${nameOf(input)}`);
  const kept: unknown = text === null ? null : JSON.parse(text.toString('utf8'));
  return isBaseline(kept) ? kept : null;
}

/**
 * What was counted since. Where the balancer started anew and nobody moved the baseline, what its
 * new process has counted: less than there was, never another time's.
 */
export function since(baseline: Baseline | null, now: Counters, process: string | null): Counters {
  const former = baseline?.process === process ? (baseline?.counters ?? NONE) : NONE;
  const isAnew = now.requests < former.requests || now.errors < former.errors;
  const start = isAnew ? NONE : former;
  return { requests: now.requests - start.requests, errors: now.errors - start.errors };
}

async function writeBaseline(
  ports: ServerPorts,
  input: OnServer,
  baseline: Baseline,
): Promise<void> {
  await ports.artifacts.write(input.run.requestId, nameOf(input), JSON.stringify(baseline));
}

function nameOf({ server }: OnServer): string {
  return `baselines/${encodeURIComponent(server)}.json`;
}

function isBaseline(value: unknown): value is Baseline {
  if (typeof value !== 'object' || value === null) return false;
  if (!('counters' in value) || !('process' in value)) return false;
  const { counters, process: counted } = value;
  return (
    (counters === null || isCounters(counters)) && (counted === null || typeof counted === 'string')
  );
}

function isCounters(value: unknown): value is Counters {
  if (typeof value !== 'object' || value === null) return false;
  if (!('requests' in value) || !('errors' in value)) return false;
  return typeof value.requests === 'number' && typeof value.errors === 'number';
}
