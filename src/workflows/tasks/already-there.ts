/** What a run that goes back to a kept version need not do on a server that runs it already. */
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import { actionsOf } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import type { Task } from '../../plan/plan.ts';
import type { Place } from '../judging/facts.ts';
import type { Run } from '../run.ts';

/** What takes a server out of service and changes what runs there. */
const CHANGES: readonly ActionId[] = [
  'pool.drain',
  'connections.wait',
  'service.stop',
  'config.return',
  'release.start',
];

/** Whether the run is one: its document starts a version that was kept. */
export function goesBack({ plan }: Pick<Run, 'plan'>): boolean {
  return actionsOf(plan).includes('release.start');
}

/** Why a task is not done on a server; null: it is. */
export function whyLeft(run: Run, { action }: Task, server: string | null): string | null {
  if (server === null || !CHANGES.includes(action) || !goesBack(run)) return null;
  const release = run.before.get(server)?.release ?? null;
  if (release === null || release.digest !== run.image?.digest) return null;
  const { version } = run.ref;
  return say(
    run.ref,
    `已在运行 ${version}，保持不变`,
    `runs ${version} already and is left as it is`,
  );
}

/** It counts as done: the server is as the task would have left it, but for its place in the pool. */
export function recordLeft(run: Run, place: Place, { action }: Task, detail: string): void {
  for (const { id, defaultThreshold: value } of ACTIONS[action].measures) {
    run.facts.record({ ...place, fact: { id, value, detail }, batch: run.scope.batch });
  }
}
