/** What came of two runs of one environment after something had happened to the lock, seen from outside. */
import { fileURLToPath } from 'node:url';
import { runsheet } from '../../cli/support/program.ts';
import { PRODUCTION, type Stage, startStage } from '../../e2e/support/stage.ts';
import { changesServers } from './changes.ts';
import { type Contest, contest, type Happening } from './contest.ts';
import { notesOf } from './notes.ts';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const MOST_TRIES = 5;

export interface Case {
  readonly step: number;
  readonly happening: Happening;
  readonly name: string;
}

/** Two workers that note what they do, and three servers with a version to go back to. */
export async function twoWorkers(): Promise<Stage> {
  const stage = await startStage({ workerEntry: WORKER, workers: 2 });
  const first = await stage.deploy('production', 'start', { skip_tests: true });
  await first.approveWhenAsked();
  const { failure } = await first.end();
  if (failure === null) return stage;
  await stage.close();
  throw new Error(failure.message);
}

/** @returns what is wrong; empty: nothing */
export async function tried(stage: Stage, one: Case): Promise<readonly string[]> {
  for (let time = 0; time < MOST_TRIES; time += 1) {
    const before = (await stage.world.version(PRODUCTION[0])) ?? '';
    const starts = startsOf(stage).map((each) => each.length);
    const ended = await contest(stage, { ...one, name: `${one.name}-${time}` });
    const started = startsOf(stage).map((each, index) => each.slice(starts[index]));
    if (!ended.hasHappened) continue;
    const isReset = one.happening.startsWith('reset');
    const problems = [
      ...together(stage, ended),
      ...(isReset ? afterReset(ended, started) : inOrder(ended, started)),
    ];
    return [...problems, ...(await standing(stage, isReset ? before : ended.waiter.id, isReset))];
  }
  return [`step ${one.step} was over before the other run waited, ${MOST_TRIES} times`];
}

/** By each server's own log: the runs that started releases there, oldest first. */
function startsOf({ world }: Stage): readonly (readonly string[])[] {
  return PRODUCTION.map((server) => world.starts(server).map(({ run }) => run));
}

function inOrder(
  { holder, waiter, ends }: Contest,
  started: readonly (readonly string[])[],
): readonly string[] {
  const wanted = `${holder.requestId},${waiter.requestId}`;
  return [
    ...ends.flatMap((end) => (end === null ? [] : [end])),
    ...started.flatMap((runs, index) =>
      runs.join() === wanted ? [] : [`${PRODUCTION[index]} was started by ${runs.join()}`],
    ),
  ];
}

/** Who waited; the reset run at its beginning, or where it would go on. */
const REFUSED = /^(?:DIRTY_ENVIRONMENT|RUN_ID_USED|RUN_WAS_RESET): /u;

/** Nobody but the holder, and only before it was reset. */
function afterReset(
  { holder, ends }: Contest,
  started: readonly (readonly string[])[],
): readonly string[] {
  return [
    ...ends.flatMap((end) => (REFUSED.test(end ?? '') ? [] : [`it ended with ${end}`])),
    ...started
      .flat()
      .filter((run) => run !== holder.requestId)
      .map((run) => `${run} started a release`),
  ];
}

/** Changes of the one that begin before the other's have ended. */
function together({ folder }: Stage, { holder, waiter }: Contest): readonly string[] {
  const changesOf = (id: string) =>
    notesOf(folder, id).filter(
      ({ activity, server }) => server !== null && changesServers(activity),
    );
  const last = Math.max(...changesOf(holder.id).map(({ atMs }) => atMs));
  const early = changesOf(waiter.id).filter(({ atMs }) => atMs < last);
  return early.map(({ activity, server }) => `${activity} on ${server} before the other's end`);
}

async function standing(
  stage: Stage,
  version: string,
  isDirty: boolean,
): Promise<readonly string[]> {
  if (isDirty) await repaired(stage, version);
  const versions = await stage.world.versions(PRODUCTION);
  const pool = await stage.world.pool('production');
  return PRODUCTION.flatMap((server) => {
    const isIn = pool[server]?.admin === 'ready' && pool[server].healthy;
    return [
      ...(versions[server] === version ? [] : [`${server} serves ${versions[server]}`]),
      ...(isIn ? [] : [`${server} is not in the pool`]),
    ];
  });
}

/** To a version that all servers have kept; from there on the next case begins. */
async function repaired(stage: Stage, version: string): Promise<void> {
  const typed = (...args: string[]) => runsheet([...args, '--lang', 'en'], { cwd: stage.folder });
  const options = ['--to', version, '--yes', '--no-follow', '--json', '--requested-by', 'carol'];
  const started = await typed('repair', 'shipping-quotes', 'production', ...options);
  if (started.code !== 0) throw new Error(`${started.stdout}${started.stderr}`);
  const { workflowId } = JSON.parse(started.stdout) as { workflowId: string };
  for (let code: number | null = 1; code !== 0; )
    ({ code } = await typed('approve', workflowId, '--by', 'alice'));
  const watched = await typed('status', workflowId, '--watch');
  if (watched.code !== 0) throw new Error(watched.stdout);
}
