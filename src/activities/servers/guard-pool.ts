/** A balancer that starts anew has forgotten what it was told: the run's states are set again. */
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { say } from '../../diagnostics/language.ts';
import type { ActionResult } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import { beat, isWorkerEnding } from '../context.ts';
import type { ServersInput } from '../contract.ts';
import { isPortError } from '../failures.ts';
import { moveBaseline } from './baseline.ts';
import { type ServerPorts } from './context.ts';
import { findServer, isMaintained, isTaking, poolState } from './pool-state.ts';

type GuardWork = Omit<ServersInput, 'project'>;

const POLL_MS = 250;
const HEARTBEAT_MS = 500;

/** What a new attempt after a dead worker has to know; in the heartbeats, so kept small. */
interface Memory {
  readonly process: string | null;
  /** Servers of the run that were drained, and those that an operator had in maint. */
  readonly drained: readonly string[];
  readonly maintained: readonly string[];
  readonly reloads: number;
  readonly setAgain: readonly string[];
  /** An operator's maint that is gone, which no run sets. */
  readonly lostMaint: readonly string[];
}

/**
 * Watches the balancer until this worker has finished all servers of the run, or the run cancels it,
 * and then returns, as a success, what it had to do; no evidence where there was nothing to do.
 * A balancer out of reach is looked for again and again: what it forgot must still be noticed.
 */
export async function guard(
  ports: ServerPorts,
  input: GuardWork,
  balancer: BalancerSettings,
): Promise<ActionResult> {
  const context = Context.current();
  let memory = memoryOf(context.info.heartbeatDetails);
  let last: PoolState | null = null;
  const timer = setInterval(() => beat(context, memory), HEARTBEAT_MS);
  try {
    while (!isFinished(ports, input)) {
      const now = await stateOrNull(ports, balancer);
      if (now !== null) {
        const isAnew = memory !== null && memory.process !== now.process;
        memory = isAnew
          ? await restore(ports, input, balancer, memory, last, now)
          : remember(input, memory, now);
        last = isAnew ? null : now;
      }
      beat(context, memory);
      await context.sleep(POLL_MS);
    }
  } catch (error) {
    // Where the worker ends, the next one goes on guarding.
    if (!(error instanceof CancelledFailure) || isWorkerEnding(context)) throw error;
  } finally {
    clearInterval(timer);
  }
  return { facts: [], evidence: describe(input, memory) };
}

function isFinished(ports: ServerPorts, { run, servers }: GuardWork): boolean {
  return servers.every((server) => ports.notes.wanted(run.requestId, server) === 'finished');
}

/** null: out of reach now. */
async function stateOrNull(
  ports: ServerPorts,
  balancer: BalancerSettings,
): Promise<PoolState | null> {
  try {
    return await poolState(ports, balancer);
  } catch (error) {
    if (isPortError(error)) return null;
    throw error;
  }
}

function remember(input: GuardWork, former: Memory | null, now: PoolState): Memory {
  const mine = now.servers.filter(({ name }) => input.servers.includes(name));
  return {
    reloads: former?.reloads ?? 0,
    setAgain: former?.setAgain ?? [],
    lostMaint: former?.lostMaint ?? [],
    process: now.process,
    drained: mine.filter((each) => each.admin === 'drain').map(({ name }) => name),
    maintained: mine.filter(isMaintained).map(({ name }) => name),
  };
}

/** Where something cannot be set now, the old memory stays, so that the next look tries again. */
async function restore(
  ports: ServerPorts,
  input: GuardWork,
  balancer: BalancerSettings,
  memory: Memory | null,
  last: PoolState | null,
  now: PoolState,
): Promise<Memory | null> {
  if (memory === null) return null;
  const isBack = (server: string): boolean => {
    const found = findServer(now, server);
    return found !== null && isTaking(found);
  };
  const again = input.servers.filter(
    (server) => isBack(server) && isOut(ports, input, memory, server),
  );
  try {
    await Promise.all(again.map((server) => ports.balancer.drain(balancer.pool, server)));
    if (last !== null) await moveBaselines(ports, input, last, now);
    const noted: Memory = {
      ...memory,
      reloads: memory.reloads + 1,
      setAgain: joined(memory.setAgain, again),
      lostMaint: joined(memory.lostMaint, memory.maintained.filter(isBack)),
    };
    return remember(input, noted, await poolState(ports, balancer));
  } catch (error) {
    if (isPortError(error)) return memory;
    throw error;
  }
}

/** What this worker's activities have asked for since the last look counts before what was seen then. */
function isOut(ports: ServerPorts, { run }: GuardWork, memory: Memory, server: string): boolean {
  const wanted = ports.notes.wanted(run.requestId, server);
  return wanted === undefined ? memory.drained.includes(server) : wanted === 'out';
}

async function moveBaselines(
  ports: ServerPorts,
  input: GuardWork,
  last: PoolState,
  now: PoolState,
): Promise<void> {
  for (const server of input.servers) await moveBaseline(ports, { ...input, server }, last, now);
}

function joined(former: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...former, ...more])];
}

function describe(input: GuardWork, memory: Memory | null): readonly string[] {
  if (memory === null || memory.reloads === 0) return [];
  const { reloads, setAgain, lostMaint } = memory;
  const names = setAgain.join(', ') || '-';
  return [
    say(
      input.run,
      `负载均衡重启 ${reloads} 次，已重新摘除：${names}`,
      `the load balancer restarted ${reloads === 1 ? 'once' : `${reloads} times`}; taken out again: ${names}`,
    ),
    ...(lostMaint.length === 0 ? [] : [lostLine(input, lostMaint)]),
  ];
}

function lostLine(input: GuardWork, servers: readonly string[]): string {
  const names = servers.join(', ');
  return say(
    input.run,
    `重启丢失了运维人员对 ${names} 的 maint：请运维人员决定`,
    `the restart lost the maint that an operator had set for ${names}: the operator decides`,
  );
}

function memoryOf(details: unknown): Memory | null {
  if (typeof details !== 'object' || details === null || !('process' in details)) return null;
  const { process } = details;
  if (process !== null && typeof process !== 'string') return null;
  const names = (key: string): readonly string[] => {
    const value: unknown = Reflect.get(details, key);
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  };
  const reloads: unknown = Reflect.get(details, 'reloads');
  return {
    process,
    drained: names('drained'),
    maintained: names('maintained'),
    reloads: typeof reloads === 'number' ? reloads : 0,
    setAgain: names('setAgain'),
    lostMaint: names('lostMaint'),
  };
}
