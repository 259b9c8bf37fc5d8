/**
 * `npx tsx test/faults/parts.ts`: two workers with folders of their own; the one that has the checkout
 * is killed or frozen at each command of steps 1 to 3, or the one that changes the server at an activity
 * of steps 6 to 9, in turn. What is deployed must be what was tested.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { tsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { WorkerProcess } from '../../src/embedded/worker-process.ts';
import { type AnotherFolder, startAnother } from '../e2e/support/another-folder.ts';
import { type Stage, startStage } from '../e2e/support/stage.ts';
import type { StageRun } from '../e2e/support/stage-run.ts';
import {
  type CommandNote,
  commandNotes,
  PART_FILE,
  watchCommands,
} from './support/part-commands.ts';
import { seconds, spreadLine, spreadOf } from './support/spread.ts';
import { changesBetween, standingOf } from './support/standing.ts';

const HELP = `npx tsx test/faults/parts.ts [--tries N] [--how kill|restart|freeze] [--at NAME]

Two workers of one project, each with its own folder. In each try the worker that has the checkout is
killed for good, killed and started again, or frozen, at another command of steps 1 to 3, or the one that
has an activity of steps 6 to 9 in the middle of that; the run must end well, what runs on the server must
be what was compiled in the checkout where the tests passed, and the server must have started it once.
A frozen one is thawed after the end: from then on nothing may change on the server nor in the pool.
Says how long it took until the next activity of the run began. Needs the built program (npm run build).

  --tries N   so many, default 17
  --how HOW   only so; default: each in turn
  --at NAME   only at this command or activity, for example service.stop; default: each in turn

Exit code: 0 where all ended right, 1 where one did not, 2 for a wrong option.
`;

const MANNERS = ['kill', 'restart', 'freeze'] as const;
type Manner = (typeof MANNERS)[number];
const COMMANDS = ['analyze', 'lint', 'scan', 'audit', 'test', 'coverage', 'compile', 'package'];
const ACTIVITIES = [
  'pool.drain',
  'connections.wait',
  'service.stop',
  'config.update',
  'service.start',
  'health.port',
  'health.performance',
  'pool.enable',
  'traffic.verify',
];
const AT = [...COMMANDS, ...ACTIVITIES];
const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
const SERVER = 'dev-server-1';
const END_LIMIT_SECONDS = 300;
const COMMAND_LIMIT_MS = 120_000;
/** Some activities take a few milliseconds. */
const MOST_MISSED = 5;
/** A thawed worker has done by then what it is going to do. */
const THAWED_MS = 6_000;

interface Tried {
  /** What is wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly tookMs: number;
  /** From the kill or the freezing to the next activity that began; null: there was none. */
  readonly resumedMs: number | null;
}

class Parts {
  readonly #stage: Stage;
  readonly #other: AnotherFolder;
  readonly #notes: string;
  #tries = 0;

  private constructor(stage: Stage, other: AnotherFolder, notes: string) {
    this.#stage = stage;
    this.#other = other;
    this.#notes = notes;
  }

  static async start(): Promise<Parts> {
    const notes = mkdtempSync(join(tmpdir(), 'runsheet-parts-'));
    const prepare = (folder: string): void => watchCommands(folder, notes);
    const checkouts = join(notes, 'checkouts');
    const workerEnv = { RUNSHEET_CHECKOUTS: checkouts };
    const stage = await startStage({ prepare, restartWorker: false, workerEnv });
    return new Parts(stage, await startAnother(stage), notes);
  }

  async close(): Promise<void> {
    await this.#other.close();
    await this.#stage.close();
    rmSync(this.#notes, { recursive: true, force: true });
  }

  /** @param left times that an activity may be over before it was seen */
  async try(manner: Manner, at: string, left = MOST_MISSED): Promise<Tried> {
    this.#tries += 1;
    const version = `v${this.#tries}`;
    const startedMs = Date.now();
    const run = await this.#stage.deploy('development', version);
    const worker = COMMANDS.includes(at)
      ? this.#workerOf(await this.#until(version, at))
      : await this.#untilDoing(run, at);
    if (worker === null && left > 0) return this.try(manner, at, left - 1);
    if (worker === null) throw new Error(`${at} was never seen`);
    const pid = worker.pid();
    if (pid === null) throw new Error('no worker runs there');
    const disturbedMs = Date.now();
    if (manner === 'freeze') process.kill(-pid, 'SIGSTOP');
    else await worker.kill();
    if (manner === 'restart') await worker.start();
    await Promise.race([
      run.handle.result().catch(() => undefined),
      sleep(END_LIMIT_SECONDS * 1000),
    ]);
    const tookMs = Date.now() - startedMs;
    // A question to a worker that is frozen has no answer.
    const touched = manner === 'freeze' ? await this.#thaw(pid) : [];
    const { failure, status } = await run.end(END_LIMIT_SECONDS);
    if (manner === 'kill') await worker.start();
    const wrong = failure === null ? [] : [`${failure.type}: ${failure.message}`];
    const starts = this.#stage.world.starts(SERVER).filter((each) => each.run === status.requestId);
    const found = await this.#stage.world.version(SERVER);
    return {
      problems: [
        ...wrong,
        ...touched,
        ...(found === version ? [] : [`${SERVER} runs ${found}`]),
        ...(starts.length === 1 ? [] : [`it was started ${starts.length} times`]),
        ...this.#untested(version, starts.at(-1)?.digest ?? ''),
      ],
      tookMs,
      resumedMs: await this.#nextAfter(disturbedMs, run),
    };
  }

  /** From then to the next activity that a worker has begun, in milliseconds. */
  async #nextAfter(disturbedMs: number, run: StageRun): Promise<number | null> {
    const { events } = await run.handle.fetchHistory();
    const begun = (events ?? []).flatMap(
      ({ eventTime, activityTaskStartedEventAttributes: its }) =>
        its === null || its === undefined || !eventTime ? [] : [tsToMs(eventTime)],
    );
    const later = begun.filter((atMs) => atMs > disturbedMs);
    return later.length === 0 ? null : Math.min(...later) - disturbedMs;
  }

  /** @returns what the worker changed after it had thawed */
  async #thaw(pid: number): Promise<readonly string[]> {
    const standing = () => standingOf(this.#stage.world, 'development', [SERVER]);
    const before = await standing();
    process.kill(-pid, 'SIGCONT');
    await sleep(THAWED_MS);
    const changes = changesBetween(before, await standing());
    return changes.map((each) => `the thawed worker changed ${each}`);
  }

  async #until(version: string, at: string): Promise<CommandNote> {
    const deadlineMs = Date.now() + COMMAND_LIMIT_MS;
    for (;;) {
      const found = this.#of(version).find(({ name }) => name === at);
      if (found !== undefined) return found;
      if (Date.now() > deadlineMs) throw new Error(`${at} of ${version} never began`);
      await sleep(20);
    }
  }

  /** The worker that has begun the activity; null: it was over before anybody saw it. */
  async #untilDoing(run: StageRun, at: string): Promise<WorkerProcess | null> {
    const workers = [this.#stage.worker, this.#other.worker];
    const deadlineMs = Date.now() + COMMAND_LIMIT_MS;
    for (;;) {
      const { raw, status } = await run.handle.describe();
      const begun = (raw.pendingActivities ?? []).find(
        ({ activityType, state }) => activityType?.name === at && state === STARTED,
      );
      const found = workers.find((each) => begun?.lastWorkerIdentity?.includes(`/${each.pid()}@`));
      if (found !== undefined) return found;
      if (status.name !== 'RUNNING') return null;
      if (Date.now() > deadlineMs) throw new Error(`${at} was never begun`);
      await sleep(1);
    }
  }

  #workerOf({ folder }: CommandNote): WorkerProcess {
    return folder.startsWith(this.#notes) ? this.#stage.worker : this.#other.worker;
  }

  #of(version: string): readonly CommandNote[] {
    return commandNotes(this.#notes).filter((each) => each.version === version);
  }

  /** What is deployed names the tests that it has been through, in the checkout that it was made in. */
  #untested(version: string, digest: string): string[] {
    const base = this.#stage.world.serviceFolder(SERVER);
    const release = digest.replace('sha256:', '');
    const paths = existsSync(base) ? (readdirSync(base, { recursive: true }) as string[]) : [];
    const file = paths.find((path) => path.includes(release) && path.endsWith(PART_FILE));
    if (file === undefined) return [`the release ${digest} has no ${PART_FILE}`];
    const { id } = JSON.parse(readFileSync(join(base, file), 'utf8')) as { id: string };
    const of = (wanted: string): string[] =>
      this.#of(version).flatMap((each) =>
        each.name === wanted && each.id === id ? [each.folder] : [],
      );
    const [tested, compiled] = [of('tested'), of('compiled')];
    if (tested.length === 0) return [`no test run of ${version} has passed as ${id}`];
    return compiled.every((folder) => tested.includes(folder)) && compiled.length > 0
      ? []
      : [`tested in ${tested.join(', ')}, compiled in ${compiled.join(', ')}`];
  }
}

async function main(): Promise<number> {
  const options = {
    tries: { type: 'string', default: '17' },
    how: { type: 'string' },
    at: { type: 'string' },
  } as const;
  let tries: number;
  let manners: readonly Manner[];
  let places: readonly string[];
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    tries = Number(values.tries);
    manners = MANNERS.filter((each) => values.how === undefined || values.how === each);
    places = AT.filter((each) => values.at === undefined || values.at === each);
    if (!Number.isInteger(tries) || tries < 1) throw new Error('--tries: write a whole number');
    if (places.length === 0) throw new Error(`--at: write one of ${AT.join(', ')}`);
    if (manners.length === 0) throw new Error(`--how: write one of ${MANNERS.join(', ')}`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  const parts = await Parts.start();
  const tried: Tried[] = [];
  try {
    for (let index = 0; index < tries; index += 1) {
      const manner = manners[index % manners.length] ?? 'kill';
      // 5 and 17 have no divisor in common: every one comes up.
      const at = places[(index * 5 + 4) % places.length] ?? 'test';
      const one = await parts.try(manner, at);
      tried.push(one);
      const mark = one.problems.length === 0 ? '✓' : '✗';
      const about = `${seconds(one.tookMs)}, went on after ${seconds(one.resumedMs)}`;
      const lines = [`${mark} ${manner} at ${at}: ${about}`, ...one.problems];
      process.stdout.write(`${lines.join('\n    ')}\n`);
    }
  } finally {
    await parts.close();
  }
  const failed = tried.filter(({ problems }) => problems.length > 0).length;
  const spread = spreadOf(tried.map(({ resumedMs }) => resumedMs));
  process.stdout.write(`went on after: ${spreadLine(spread)}\n`);
  process.stdout.write(`${tried.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
