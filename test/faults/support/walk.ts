/** A run in which several things go wrong at once, drawn from a seed. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultCase, nameOf } from './cases.ts';
import { expectedOfAll } from './expected.ts';
import type { BegunRun, Stack } from './stack.ts';
import { look } from './verifier.ts';

export interface Walk {
  readonly seed: number;
  readonly environment: string;
  readonly faults: readonly FaultCase[];
  /** Moments after the request was read, in ms; null: it does not happen. */
  readonly cancelMs: number | null;
  readonly temporalKillMs: number | null;
  /** A worker that stands still for a while, and goes on. */
  readonly freeze: {
    readonly atMs: number;
    readonly forMs: number;
    readonly worker: number;
  } | null;
}

/** What there is to draw from: environment → cases, and how long a run takes. */
export interface Ground {
  readonly cases: ReadonlyMap<string, readonly FaultCase[]>;
  readonly runMs: number;
}

const ENVIRONMENTS = ['production', 'production', 'production', 'staging', 'development'];
const MOST_FAULTS = 3;
const CANCELLED = 0.15;
const TEMPORAL_KILLED = 0.15;
const FROZEN = 0.15;
const LONGEST_FREEZE_MS = 12_000;
/** A worker that was killed, and Temporal, are there again by then. */
const LONGEST_PAUSE_MS = 20_000;

/** The same for the same seed and the same activities. */
export function drawWalk(seed: number, { cases, runMs }: Ground, always: Partial<Walk> = {}): Walk {
  const draw = drawer(seed);
  const environment = oneOf(draw, ENVIRONMENTS);
  const all = cases.get(environment) ?? [];
  const count = Math.floor(draw() * (MOST_FAULTS + 1));
  const faults = Array.from({ length: count }, () => oneOf(draw, all));
  const moment = (share: number): number | null => {
    const [happens, when] = [draw() < share, Math.round(draw() * runMs)];
    return happens ? when : null;
  };
  const cancelMs = moment(CANCELLED);
  const temporalKillMs = moment(TEMPORAL_KILLED);
  const atMs = moment(FROZEN);
  const [forMs, worker] = [Math.round(draw() * LONGEST_FREEZE_MS), Math.floor(draw() * 8)];
  const freeze = atMs === null ? null : { atMs, forMs, worker };
  return { seed, environment, faults, cancelMs, temporalKillMs, freeze, ...always };
}

/** mulberry32, of the public domain. @returns numbers from 0 to below 1 */
function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function oneOf<T>(draw: () => number, all: readonly T[]): T {
  const [first] = all;
  const drawn = all[Math.floor(draw() * all.length)] ?? first;
  if (drawn === undefined) throw new Error('there is nothing to draw from');
  return drawn;
}

export interface Walked {
  readonly problems: readonly string[];
  readonly end: string;
}

export async function walk(stack: Stack, plan: Walk): Promise<Walked> {
  const faults: readonly Fault[] = plan.faults;
  const begun = await stack.begin(faults, plan.environment);
  const over = new AbortController();
  const happenings = disturb(stack, begun, plan, over.signal);
  const failure = await begun.ended;
  over.abort();
  await happenings;
  await settled(stack);
  const { problems, hasSucceeded } = await look(
    begun.truth,
    expectedOfAll(faults, plan.cancelMs !== null),
  );
  return { problems, end: hasSucceeded ? 'succeeded' : (failure ?? 'failed') };
}

/** Each in its own time, counted from when the run has read its request; what comes too late does not. */
async function disturb(
  stack: Stack,
  { run }: BegunRun,
  { cancelMs, temporalKillMs, freeze }: Walk,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const status = await run.status().catch(() => null);
    if (status !== null && status.steps.length > 0) break;
    await sleep(50);
  }
  const at = async (ms: number | null, act: () => Promise<void> | void): Promise<void> => {
    if (ms === null) return;
    await sleep(ms, undefined, { signal: over }).catch(() => undefined);
    if (!over.aborted) await act();
  };
  await Promise.all([
    at(cancelMs, () => run.handle.cancel().then(ignore, ignore)),
    at(temporalKillMs, () => killTemporal(stack)),
    at(freeze?.atMs ?? null, () => freezeWorker(stack, freeze?.worker ?? 0, freeze?.forMs ?? 0)),
  ]);
}

function killTemporal(stack: Stack): void {
  for (const pid of temporalPids(stack.folder)) process.kill(pid, 'SIGKILL');
}

/** By its command line, which names its database in the project's folder. */
function temporalPids(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('start-dev') && words.some((word) => word.startsWith(folder));
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function freezeWorker(stack: Stack, worker: number, forMs: number): Promise<void> {
  const pids = stack.workerPids();
  const pid = pids[worker % Math.max(1, pids.length)];
  if (pid === undefined || !signal(pid, 'SIGSTOP')) return;
  await sleep(forMs);
  signal(pid, 'SIGCONT');
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Until the workers are there again: the next run begins with all of them. */
async function settled(stack: Stack): Promise<void> {
  const deadlineMs = Date.now() + LONGEST_PAUSE_MS;
  while (Date.now() < deadlineMs && stack.workerPids().length < 2) await sleep(100);
}

export function walkName({ seed, environment, faults, cancelMs, temporalKillMs, freeze }: Walk) {
  const at = (what: string, ms: number | null): readonly string[] =>
    ms === null ? [] : [`${what} after ${(ms / 1000).toFixed(1)} s`];
  const parts = [
    ...faults.map(nameOf),
    ...at('cancelled', cancelMs),
    ...at('Temporal killed', temporalKillMs),
    ...at(
      `a worker frozen for ${((freeze?.forMs ?? 0) / 1000).toFixed(1)} s`,
      freeze?.atMs ?? null,
    ),
  ];
  return `seed ${seed} ${environment}: ${parts.length === 0 ? 'nothing' : parts.join(', ')}`;
}

function ignore(): void {}
