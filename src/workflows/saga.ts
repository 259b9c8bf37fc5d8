/** Undoes what a run did to its servers, last first, until all of it is undone. */
import type { CompensationId } from '../actions/ids.ts';
import type { RollbackPolicy } from '../plan/plan.ts';
import { compensations, SERVER_SECTIONS, sectionsOf, summaryOf } from './activities.ts';
import { messageOf } from './failure.ts';
import { askPerson, type Stuck } from './person.ts';
import { type Run, type SagaEntry, say, stepStatus } from './run.ts';
import { noteServer, warn } from './status.ts';

const NAMES: Record<CompensationId, readonly [zh: string, en: string]> = {
  'pool.readmit': ['放回负载均衡池', 'back into the pool'],
  'pool.withdraw': ['移出负载均衡池', 'out of the pool'],
  'service.restore': ['恢复旧版本服务', 'old version back'],
  'config.restore': ['恢复配置文件', 'old configuration back'],
  'service.remove': ['移除新版本', 'new version removed'],
};

/** What a failure in a step means. A step that the template's ranges leave out: undo what there is. */
export function policyFor(run: Run, step: number): RollbackPolicy {
  const rule = run.plan.rollback.find((each) => each.from <= step && step <= each.to);
  return rule?.policy ?? 'restore';
}

/**
 * Undoes every registered mutation. Servers that take no traffic at once; those in the pool after
 * that and one after the other, so that the service stays available. Call it in a scope that cannot
 * be cancelled. Returns when everything is undone or a person has said that it was done by hand.
 */
export async function undo(run: Run, step: number): Promise<void> {
  const servers = [...new Set(run.saga.map((entry) => entry.server))];
  const serving = servers.filter((server) => run.availability.stateOf(server) === 'in');
  const idle = servers.filter((server) => !serving.includes(server));
  await undoTogether(run, step, idle);
  for (const server of serving) await undoTogether(run, step, [server]);
  for (const number of new Set(run.saga.map((entry) => entry.step))) markUndone(run, number);
}

async function undoTogether(run: Run, step: number, servers: readonly string[]): Promise<void> {
  const plans = servers.map((server) =>
    run.saga.filter((each) => each.server === server).reverse(),
  );
  for (;;) {
    const stuck = (await Promise.all(plans.map((left) => undoServer(run, left)))).flatMap(
      (each) => each ?? [],
    );
    if (stuck.length === 0) return;
    const resolution = await askPerson(run, step, stuck);
    if (resolution === 'retry') continue;
    for (const left of plans) skipFirst(run, left);
  }
}

/** Works the list off from its front; what is stuck stays at the front. */
async function undoServer(run: Run, left: SagaEntry[]): Promise<Stuck | null> {
  for (let entry = left[0]; entry !== undefined; entry = left[0]) {
    const stuck = await undoEntry(run, entry);
    if (stuck !== null) return stuck;
    left.shift();
  }
  return null;
}

async function undoEntry(run: Run, entry: SagaEntry): Promise<Stuck | null> {
  const { compensation, server, step } = entry;
  const before = run.before.get(server) ?? { server, release: null, pool: 'absent' as const };
  const phrase = nameOf(run, compensation);
  noteServer(run, server, { doing: phrase });
  run.status.activity = `↩ ${server} ${phrase}`;
  try {
    const result = await compensations[compensation].executeWithOptions(
      { summary: summaryOf(step, server, `↩ ${phrase}`) },
      [
        {
          run: run.ref,
          step,
          server,
          before,
          project: sectionsOf(run.resolved.settings, SERVER_SECTIONS),
        },
      ],
    );
    const evidence = result.evidence.slice(0, 3).join('; ').slice(0, 300);
    run.status.rollback.push(`${server} ${phrase}${evidence === '' ? '' : `: ${evidence}`}`);
    noteUndone(run, compensation, server);
    return null;
  } catch (error) {
    noteServer(run, server, { doing: '' });
    return { server, compensation: phrase, message: messageOf(error) };
  }
}

/** A person took the first stuck mutation of each server in hand. */
function skipFirst(run: Run, left: SagaEntry[]): void {
  const entry = left.shift();
  if (entry === undefined) return;
  const phrase = nameOf(run, entry.compensation);
  const note = say(
    run,
    `${entry.server} ${phrase}：人工处理`,
    `${entry.server} ${phrase}: by hand`,
  );
  run.status.rollback.push(note);
  warn(run, note);
}

function noteUndone(run: Run, compensation: CompensationId, server: string): void {
  const before = run.before.get(server);
  const version = before?.release?.version ?? null;
  const pool = before?.pool === 'ready' ? 'in' : 'out';
  noteServer(run, server, { doing: '' });
  if (compensation === 'pool.readmit') noteServer(run, server, { pool });
  if (compensation === 'pool.withdraw') noteServer(run, server, { pool: 'out' });
  if (compensation === 'service.remove') noteServer(run, server, { version: null });
  if (compensation === 'service.restore') noteServer(run, server, { version });
}

function markUndone(run: Run, number: number): void {
  const shown = stepStatus(run, number);
  if (shown.state === 'succeeded') shown.state = 'rolled_back';
}

function nameOf(run: Run, compensation: CompensationId): string {
  const [zh, en] = NAMES[compensation];
  return say(run, zh, en);
}
