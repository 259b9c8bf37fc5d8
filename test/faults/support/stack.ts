/** One stack of its own: servers, balancer, Temporal, and workers that can be disturbed. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunStatus, retrySignal } from '../../../src/workflows/messages.ts';
import { edited, SERVERS, type Stage, startStage } from '../../e2e/support/stage.ts';
import type { StageRun } from '../../e2e/support/stage-run.ts';
import { type HttpListener, listenHttp } from '../../support/http-listener.ts';
import type { Fault, FaultCase } from './cases.ts';
import { expectedOf } from './expected.ts';
import { landing } from './landing.ts';
import { type Note, notesOf } from './notes.ts';
import { stateOf } from './server-state.ts';
import { standingOf } from './standing.ts';
import { thaw } from './thaw.ts';
import { look, type ServerTruth, type Truth } from './verifier.ts';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const END_LIMIT_SECONDS = 240;
const POLL_MS = 200;
const APPROVER = 'alice';
const UNSEEN_LOCK = '无法查看锁';
/** What fails twice: two copies of it, each of which lands once. */
const COPIES: Partial<Record<Fault['kind'], number>> = { 'fails-twice': 2 };

export interface StackOptions {
  readonly environment: string;
  /** So many workers at first; one that is killed is started again. */
  readonly workers: number;
  /** The `temporal` program, for the verifier. */
  readonly temporal: string;
}

export interface Tried {
  readonly problems: readonly string[];
  /** How the run ended. */
  readonly end: string;
  /** From the fault to the next attempt of what met it, in milliseconds; null: there was none. */
  readonly resumedMs: number | null;
  /** Of the worker that met it; null: it did not land. */
  readonly pid: number | null;
  /** The attempt that went on; null: there was none. */
  readonly attempt: number | null;
  /** It was over before the middle came. */
  readonly isMissed: boolean;
}

export interface BegunRun {
  readonly id: string;
  readonly run: StageRun;
  /** What has to be seen once it is over. */
  readonly truth: Truth;
  /** Its failure; null: it succeeded. */
  readonly ended: Promise<string | null>;
}

export class Stack {
  readonly #stage: Stage;
  readonly #hook: HttpListener;
  readonly #options: StackOptions;
  #runs = 0;

  private constructor(stage: Stage, hook: HttpListener, options: StackOptions) {
    this.#stage = stage;
    this.#hook = hook;
    this.#options = options;
  }

  static async start(options: StackOptions): Promise<Stack> {
    const hook = await listenHttp();
    const prepare = (folder: string): void => {
      const file = join(folder, 'runsheet.yaml');
      const channels = `channels: { webhook: { url: '${hook.url}/hook' } }`;
      writeFileSync(file, edited(readFileSync(file, 'utf8'), 'channels: {}', channels));
    };
    const { workers } = options;
    const stage = await startStage({ workerEntry: WORKER, workers, prepare });
    return new Stack(stage, hook, options);
  }

  /** A run that nobody disturbs. @returns what its workers noted. @throws where it does not succeed */
  async good(environment = this.#options.environment): Promise<readonly Note[]> {
    const { id, ended } = await this.begin([], environment);
    const failure = await ended;
    if (failure !== null) throw new Error(`${id}: ${failure}`);
    return notesOf(this.#stage.folder, id);
  }

  /** A run that fails for good there. @returns what its workers noted. @throws where it succeeds */
  async failing(because: Fault): Promise<readonly Note[]> {
    const { id, ended } = await this.begin([because]);
    if ((await ended) === null) throw new Error(`${id} succeeded, though it was told to fail`);
    return notesOf(this.#stage.folder, id);
  }

  /** A run that is disturbed there. */
  async try(fault: FaultCase): Promise<Tried> {
    const { because, ...own } = fault;
    const { id, truth, run, ended } = await this.begin(because === null ? [own] : [because, own]);
    const touched = own.signal === 'SIGSTOP' ? await this.#thaw(run) : [];
    const failure = await ended;
    const notes = notesOf(this.#stage.folder, id);
    const landed = notes.find(({ at, activity }) => at === 'landed' && activity === own.activity);
    const next = notes.find((note) => landed !== undefined && goesOnAfter(landed, note));
    const { problems: found, hasSucceeded, events } = await look(truth, expectedOf(fault));
    const problems = [...landing(fault, notes, events), ...touched, ...found];
    const mayFail = because !== null || fault.kind === 'fails';
    return {
      problems: failure === null || mayFail ? problems : [failure, ...problems],
      end: hasSucceeded ? 'succeeded' : (failure ?? 'failed'),
      resumedMs: landed === undefined || next === undefined ? null : next.atMs - landed.atMs,
      pid: landed?.pid ?? null,
      attempt: next?.attempt ?? null,
      isMissed: fault.kind === 'during' && landed?.hasEnded === true,
    };
  }

  /** The project's. */
  get folder(): string {
    return this.#stage.folder;
  }

  /** Process ids of the workers that run now. */
  workerPids(): readonly number[] {
    return this.#stage.workers.flatMap((each) => each.pid() ?? []);
  }

  async close(): Promise<void> {
    await this.#stage.close();
    await this.#hook.close();
  }

  /** Starts a run with these faults, and sees to it that it ends. */
  async begin(
    faults: readonly Fault[],
    environment = this.#options.environment,
  ): Promise<BegunRun> {
    this.#runs += 1;
    const version = `v${this.#runs}`;
    const id = `faults-${version}`;
    const truth = await this.#truth(id, version, environment);
    this.#arm(id, faults);
    const run = await this.#stage.deploy(environment, version, { skip_tests: true }, { id });
    const ended = this.#end(run, environment).catch((error: unknown) => String(error));
    return { id, truth, run, ended };
  }

  /** @returns what a frozen worker changed after it had thawed */
  async #thaw(run: StageRun): Promise<readonly string[]> {
    const { world, folder } = this.#stage;
    const { environment } = this.#options;
    const limit = sleep(END_LIMIT_SECONDS * 1_000, undefined, { ref: false });
    await Promise.race([run.handle.result().catch(() => undefined), limit]);
    return thaw(
      () => notesOf(folder, run.id),
      () => standingOf(world, environment, SERVERS[environment] ?? []),
    );
  }

  /** @returns its failure; null: it succeeded */
  async #end(run: StageRun, environment: string): Promise<string | null> {
    const over = new AbortController();
    const people = [
      ...(environment === 'production' ? [this.#approve(run, over.signal)] : []),
      this.#takeInHand(run, over.signal),
    ];
    try {
      const { failure } = await run.end(END_LIMIT_SECONDS);
      return failure === null ? null : `${failure.type}: ${failure.message}`;
    } catch (error) {
      // What does not end would be asked for its end as long as there is a connection.
      await run.handle.terminate('it has not ended');
      throw error;
    } finally {
      over.abort();
      await Promise.all(people);
    }
  }

  /** A decision that could not be judged is given once more, when what was in its way is mended. */
  async #approve(run: StageRun, over: AbortSignal): Promise<void> {
    if (!(await becomes(run, over, ({ approval }) => approval !== null))) return;
    await run.approve(APPROVER);
    const isOver = ({ approval, refusals }: RunStatus): boolean =>
      approval === null || refusals.length > 0;
    await becomes(run, over, isOver);
    const status = await run.status().catch(() => null);
    if (status === null || status.approval === null || status.refusals.length === 0) return;
    this.#arm(run.id, []);
    await run.approve(APPROVER);
  }

  /**
   * Where it waits for a person: what was in its way is mended, and it is told to try again. A lock that
   * cannot be seen it looks at again by itself.
   */
  async #takeInHand(run: StageRun, over: AbortSignal): Promise<void> {
    const isStuck = ({ needsAttention, activity }: RunStatus): boolean =>
      needsAttention !== null || activity.includes(UNSEEN_LOCK);
    if (!(await becomes(run, over, isStuck))) return;
    this.#arm(run.id, []);
    if ((await run.status()).needsAttention === null) return;
    await run.handle.signal(retrySignal, { by: APPROVER });
  }

  #arm(workflowId: string, faults: readonly Fault[]): void {
    const folder = join(this.#stage.folder, '.runsheet', 'faults');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [index, fault] of faults.entries()) {
      const text = JSON.stringify({ ...fault, workflowId });
      for (let copy = 0; copy < (COPIES[fault.kind] ?? 1); copy += 1)
        writeFileSync(join(folder, `${index}-${copy}.json`), text);
    }
  }

  async #truth(workflowId: string, version: string, environment: string): Promise<Truth> {
    const { temporal, balancer, database } = this.#stage.connections;
    const { temporal: program } = this.#options;
    const toldBefore = this.#resultsTold();
    return {
      temporal: program,
      temporalAddress: temporal.address,
      databaseUrl: database.url,
      workflowId,
      version,
      servers: await Promise.all((SERVERS[environment] ?? []).map((name) => this.#server(name))),
      poolUrl: `${balancer.adminUrl}/pools/${environment}`,
      resultsTold: () => this.#resultsTold() - toldBefore,
    };
  }

  async #server(name: string): Promise<ServerTruth> {
    const { world } = this.#stage;
    const { serviceAddress, servicePort, baseFolder } = world.server(name);
    const url = `http://${serviceAddress}:${servicePort}`;
    const configuration = join(baseFolder, 'config', 'app.env');
    const places = { name, url, folder: world.serviceFolder(name), configuration };
    return { ...places, before: await stateOf(places) };
  }

  #resultsTold(): number {
    const messages = this.#hook.requests.map(({ body }) => JSON.parse(body) as { kind: string });
    return messages.filter(({ kind }) => kind === 'result').length;
  }
}

/** @returns whether it became so before the run was over; a worker that is dead answers later */
async function becomes(
  run: StageRun,
  over: AbortSignal,
  holds: (status: RunStatus) => boolean,
): Promise<boolean> {
  while (!over.aborted) {
    const status = await run.status().catch(() => null);
    if (status !== null && holds(status)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** Whether the same activity is begun anew. */
function goesOnAfter(landed: Note, { at, atMs, attempt, step, activity, server }: Note): boolean {
  const isLater = at === 'begin' && atMs >= landed.atMs && attempt > landed.attempt;
  const { step: inStep, activity: its, server: on } = landed;
  return isLater && step === inStep && activity === its && server === on;
}
