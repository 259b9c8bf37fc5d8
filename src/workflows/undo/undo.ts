/** Undoes a whole run: what can be reached at once, and a person for the rest. */
import { condition } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { Failure, ServerMeaning } from '../../plan/failure/meaning.ts';
import { isOfCommand } from '../../plan/failure/undoing.ts';
import { fewestInPool } from '../../plan/rolling.ts';
import { askForResolution, type Unanswered } from '../decisions/attention.ts';
import { settleExclusion } from '../fleet/excluded.ts';
import {
  type AskingParts,
  type FleetParts,
  hasPool,
  type ShownPart,
  stepStatus,
  type UndoParts,
} from '../run.ts';
import { hasMany } from '../showing/many.ts';
import { changed, noteServer, warn } from '../showing/status.ts';
import { nameOf, type Undone, undoServer } from './compensate.ts';
import { meaningFor } from './meaning.ts';
import { undoShared } from './project-undo.ts';
import { type Stuck, stuckPlace, stuckServers } from './stuck.ts';

/**
 * Undoes what a failure means to be undone. Servers that take no traffic at once, those in the pool
 * so that it never falls below its floor. Where some cannot be undone, the others are all the same;
 * then a person is asked. Call it in a scope that cannot be cancelled. Returns when everything is
 * undone or a person has said what becomes of the rest.
 */
export async function undo(run: UndoParts & AskingParts, failure: Failure): Promise<void> {
  let stuck = await undoAll(run, failure);
  let unanswered: Unanswered | null = null;
  while (stuck.length > 0) {
    const resolution = await askForResolution(run, failure.step, stuck, unanswered);
    unanswered = resolution.unanswered;
    if (resolution.action === 'skip') for (const each of stuck) takenInHand(run, each);
    if (resolution.withCurrentSettings)
      for (const server of stuckServers(stuck)) run.withCurrentSettings.add(server);
    stuck = await undoAll(run, failure);
  }
  for (const number of run.saga.steps) markUndone(run, number);
}

/**
 * What was done once, for a batch or the run, has its place among what was done to the servers: what
 * was attempted later is undone before it, on all of them, and what was attempted before it after it.
 * The servers that it was done for come last, so that no more of them are out of the pool at once than
 * when it was done. Where it is stuck they wait for it; a server that is stuck holds up nobody.
 */
async function undoAll(run: UndoParts, failure: Failure): Promise<readonly Stuck[]> {
  const stuck: Stuck[] = [];
  const held = new Set<string>();
  const waiting = new Set<string>();
  const undoLater = async (is: (server: string) => boolean, after?: number): Promise<void> => {
    const servers = toUndo(run, failure).filter(
      ({ server }) =>
        !held.has(server) &&
        !waiting.has(server) &&
        is(server) &&
        run.saga.last(server, after) !== undefined,
    );
    const found = await undoServers(run, servers, after);
    stuck.push(...found);
    for (const server of stuckServers(found)) held.add(server);
  };
  const { shared } = meaningFor(run, failure);
  const entries = shared.undo.length === 0 ? [] : run.saga.shared().toReversed();
  for (const entry of entries) {
    const isOfIt = (server: string): boolean => entry.servers.includes(server);
    let waits = entry.servers.some((server) => waiting.has(server));
    if (!waits) {
      await undoLater((server) => !isOfIt(server), entry.order);
      await undoLater(isOfIt, entry.order);
      const undone = await undoShared(run, entry);
      tellShared(run, undone);
      waits = typeof undone !== 'string';
      if (typeof undone === 'string') run.saga.dropShared(entry.order);
      else stuck.push(undone);
    }
    if (waits) for (const server of entry.servers) waiting.add(server);
  }
  await undoLater(() => true);
  return stuck;
}

function tellShared(run: FleetParts, undone: string | Stuck): void {
  if (typeof undone === 'string') run.status.rollback.push(undone);
  changed(run);
}

function toUndo(run: FleetParts, failure: Failure): readonly ServerMeaning[] {
  return meaningFor(run, failure).servers.filter((each) => each.undo.length > 0);
}

async function undoServers(
  run: FleetParts,
  servers: readonly ServerMeaning[],
  after?: number,
): Promise<readonly Stuck[]> {
  const [idle = [], serving = []] = (['at_once', 'in_turn'] as const).map((pace) =>
    servers.flatMap((each) => (each.pace === pace ? [each.server] : [])),
  );
  const underWay: UnderWay = { idle: new Set(idle), serving: new Set() };
  const stuck: Stuck[] = [];
  const work = async (server: string): Promise<void> => {
    await settleExclusion(run, server);
    const undone = await undoServer(run, server, after);
    underWay.idle.delete(server);
    underWay.serving.delete(server);
    tell(run, undone);
    if (undone.stuck !== null) stuck.push(undone.stuck);
  };
  const begun = idle.map(work);
  for (const server of serving) {
    await condition(() => mayTakeOut(run, underWay));
    underWay.serving.add(server);
    begun.push(work(server));
  }
  await Promise.all(begun);
  return stuck;
}

interface UnderWay {
  readonly idle: Set<string>;
  readonly serving: Set<string>;
}

/**
 * Whether one more server may leave the pool to be switched back: one after the other, or as many as
 * the pool's floor leaves. A server that is down and does not come back holds nobody up for long:
 * where waiting would bring none back, the next goes all the same.
 */
function mayTakeOut(run: FleetParts, { idle, serving }: UnderWay): boolean {
  if (idle.size + serving.size === 0) return true;
  const leaving = [...serving].filter((server) => run.availability.stateOf(server) === 'in').length;
  const staying = run.availability.servingCount() - leaving - 1;
  const percent = run.plan.rolling?.minimumInPoolPercent ?? 0;
  if (percent === 0) return serving.size === 0 && staying > 0;
  return staying >= Math.max(1, fewestInPool(run.resolved.poolSize, percent));
}

function tell(run: FleetParts, { server, lines, stuck }: Undone): void {
  const isBack = stuck === null && run.saga.last(server) === undefined;
  if (hasMany(run) && stuck === null && !run.withCurrentSettings.has(server)) {
    if (!isBack) return;
    const version = run.before.get(server)?.release?.version ?? '–';
    run.status.rollback.push(
      say(run.ref, `${server} 已恢复 ${version}`, `${server} back on ${version}`),
    );
  } else run.status.rollback.push(...lines);
  const exclusion = run.excluded.get(server);
  if (stuck !== null) noteServer(run, server, { doing: `⚠ ${stuck.phrase}` });
  else if (exclusion !== undefined) {
    const restored = say(run.ref, '已恢复', 'restored');
    noteServer(run, server, { excluded: `${exclusion.reason} → ${restored}` });
  }
  changed(run);
}

/**
 * A person took a stuck server in hand. What concerns its place in the pool goes on; where it is not
 * known what runs there, nothing more is done to it, and it stays out of the pool.
 */
function takenInHand(run: FleetParts, each: Stuck): void {
  const { server, compensation, shared } = each;
  if (shared !== undefined) run.saga.dropShared(shared.order);
  const phrase = nameOf(run, compensation);
  if (server === null || isOfCommand(compensation)) {
    if (server !== null) run.saga.drop(server);
    const text = say(
      run.ref,
      `${stuckPlace(each)}：人工处理，其余回滚继续`,
      `${stuckPlace(each)}: by hand; the rest of the rollback goes on`,
    );
    run.status.rollback.push(text);
    return warn(run, text);
  }
  const isPool = compensation === 'pool.readmit' || compensation === 'pool.withdraw';
  if (isPool) run.saga.drop(server);
  else run.saga.dropAll(server);
  const out =
    isPool || !hasPool(run)
      ? ''
      : say(
          run.ref,
          '，不重新挂载：修复后请手动挂载',
          ', kept out of the pool: put it back once it is repaired',
        );
  const note = say(
    run.ref,
    `${server} ${phrase}：人工处理${out}`,
    `${server} ${phrase}: by hand${out}`,
  );
  noteServer(run, server, { doing: '', ...(!isPool && { excluded: note }) });
  run.status.rollback.push(note);
  warn(run, note);
}

function markUndone(run: ShownPart, number: number): void {
  const shown = stepStatus(run, number);
  if (shown.state === 'succeeded') shown.state = 'rolled_back';
}
