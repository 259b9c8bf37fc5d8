/** Excluded servers: the run goes on without as many as the plan's failure budget covers. */
import { CancellationScope } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import {
  type Exclusion,
  type FleetParts,
  hasPool,
  type ServersPart,
  type TolerantParts,
} from '../run.ts';
import { noteServer, warn } from '../showing/status.ts';
import { failureOf, messageOf } from '../steps/failure.ts';
import { keepOut, undoServer } from '../undo/compensate.ts';
import { meaningFor } from '../undo/meaning.ts';

const REASON_CHARACTERS = 300;

/** Whether a failure on a server means that the run goes on without it. */
export function tolerates(run: FleetParts, step: number, server: string, error: unknown): boolean {
  return meaningFor(run, failureOf(error, step, server)).outcome === null;
}

/**
 * Goes on without a server that `tolerates` has found bearable. What the run did to it is undone
 * meanwhile, on it alone; nobody waits for that before the end of the rolling steps.
 */
export function exclude(run: TolerantParts, step: number, server: string, error: unknown): void {
  const reason = messageOf(error).slice(0, REASON_CHARACTERS);
  const { servers, batch } = run.scope;
  run.scope = { batch, servers: servers.filter((each) => each !== server) };
  run.facts.forget(server);
  const exclusion: Exclusion = { server, step, reason, settled: Promise.resolve() };
  run.excluded.set(server, exclusion);
  const budget = run.plan.rolling?.failureBudget ?? 0;
  const text = say(
    run.ref,
    `步骤${step} 排除了 ${server}（允许失败台数 ${run.excluded.size}/${budget}）：${reason}`,
    `step ${step} excludes ${server} (failure budget ${run.excluded.size}/${budget}): ${reason}`,
  );
  noteServer(run, server, { excluded: reason });
  warn(run, text);
  exclusion.settled = CancellationScope.nonCancellable(() => putBack(run, exclusion));
}

/** Waits until every excluded server has been put back as it was, or could not be. */
export async function settleExclusions(run: ServersPart): Promise<void> {
  await Promise.all([...run.excluded.values()].map((each) => each.settled));
}

/** The same for one server: nothing is undone on it twice at once. */
export async function settleExclusion(run: ServersPart, server: string): Promise<void> {
  await run.excluded.get(server)?.settled;
}

/**
 * Servers that could not be reached before the run changed any: when they come back they would serve
 * the old version beside the new one, so they wait outside the pool.
 */
export function keepUntouchedOut(run: FleetParts, step: number): void {
  for (const exclusion of run.excluded.values()) {
    if (run.saga.touched.has(exclusion.server)) continue;
    exclusion.settled = CancellationScope.nonCancellable(() => stayOut(run, step, exclusion));
  }
}

async function putBack(run: FleetParts, exclusion: Exclusion): Promise<void> {
  const { server, step } = exclusion;
  if (run.saga.last(server) === undefined) return;
  const { stuck } = await undoServer(run, server);
  if (stuck !== null) {
    noteServer(run, server, { doing: `⚠ ${stuck.phrase}` });
    return stayOut(run, step, exclusion);
  }
  const version = run.before.get(server)?.release?.version ?? '–';
  tell(run, exclusion, say(run.ref, `已恢复 ${version}`, `back on ${version}`));
}

async function stayOut(run: FleetParts, step: number, exclusion: Exclusion): Promise<void> {
  if (!hasPool(run)) {
    const reachable = say(
      run.ref,
      '没有负载均衡池可移出，仍可能收到请求：请立即检查',
      'there is no pool to take it out of, so requests may still reach it: look at it now',
    );
    return tell(run, exclusion, reachable);
  }
  const stuck = await keepOut(run, step, exclusion.server);
  const out = say(
    run.ref,
    '已摘除；恢复后请再次部署到它，或手动挂载',
    'out of the pool; once it is back, deploy to it again or put it back by hand',
  );
  const unknown = say(
    run.ref,
    `无法从负载均衡摘除（${stuck?.message ?? ''}）：请立即检查`,
    `could not be taken out of the pool (${stuck?.message ?? ''}): check it now`,
  );
  tell(run, exclusion, stuck === null ? out : unknown);
}

function tell(run: FleetParts, { server, reason }: Exclusion, outcome: string): void {
  noteServer(run, server, { excluded: `${reason} → ${outcome}` });
  warn(run, `${server}: ${outcome}`);
}
