/** One stack of its own: servers, balancer, Temporal, and a worker that can be told where to die. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVERS, type Stage, startStage } from '../../e2e/support/stage.ts';
import type { FaultCase } from './cases.ts';
import { type Note, notesOf } from './notes.ts';
import { problemsOf, startsIn, type Truth } from './verifier.ts';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const END_LIMIT_SECONDS = 240;
const APPROVER = 'alice';

export interface StackOptions {
  readonly environment: string;
  /** So many workers at first; one that is killed is started again. */
  readonly workers: number;
  /** The `temporal` program, for the verifier. */
  readonly temporal: string;
}

export interface Tried {
  readonly problems: readonly string[];
  /** From the kill to the next attempt of what was killed, in milliseconds; null: there was none. */
  readonly resumedMs: number | null;
  readonly killedPid: number | null;
  /** The attempt that went on; null: there was none. */
  readonly attempt: number | null;
  /** It was over before the middle came. */
  readonly isMissed: boolean;
}

export class Stack {
  readonly #stage: Stage;
  readonly #options: StackOptions;
  #runs = 0;

  private constructor(stage: Stage, options: StackOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  static async start(options: StackOptions): Promise<Stack> {
    return new Stack(await startStage({ workerEntry: WORKER, workers: options.workers }), options);
  }

  /** A run that nobody disturbs. @returns what its worker noted. @throws where it does not succeed */
  async good(): Promise<readonly Note[]> {
    const { id, ended } = await this.#run();
    const failure = await ended;
    if (failure !== null) throw new Error(`${id}: ${failure}`);
    return notesOf(this.#stage.folder, id);
  }

  /** A run whose worker is killed there once. */
  async try(fault: FaultCase): Promise<Tried> {
    const { id, truth, ended } = await this.#run(fault);
    const failure = await ended;
    const notes = notesOf(this.#stage.folder, id);
    const killed = notes.find(({ at }) => at === 'killed');
    const next = notes.find((note) => killed !== undefined && goesOnAfter(killed, note));
    const found = await problemsOf(truth, fault, notes);
    return {
      problems: failure === null ? found : [failure, ...found],
      resumedMs: killed === undefined || next === undefined ? null : next.atMs - killed.atMs,
      killedPid: killed?.pid ?? null,
      attempt: next?.attempt ?? null,
      isMissed: fault.boundary === 'during' && killed?.hasEnded === true,
    };
  }

  close(): Promise<void> {
    return this.#stage.close();
  }

  async #run(fault?: FaultCase) {
    const { environment } = this.#options;
    this.#runs += 1;
    const version = `v${this.#runs}`;
    const id = `faults-${version}`;
    const truth = this.#truth(id, version);
    this.#arm(id, fault);
    const run = await this.#stage.deploy(environment, version, { skip_tests: true }, { id });
    const ended = async (): Promise<string | null> => {
      if (environment === 'production') await run.approveWhenAsked(APPROVER);
      const { failure } = await run.end(END_LIMIT_SECONDS);
      return failure === null ? null : `${failure.type}: ${failure.message}`;
    };
    return { id, truth, ended: ended().catch((error: unknown) => String(error)) };
  }

  #arm(workflowId: string, fault?: FaultCase): void {
    const file = join(this.#stage.folder, '.runsheet', 'fault.json');
    rmSync(file, { force: true });
    if (fault !== undefined) writeFileSync(file, JSON.stringify({ ...fault, workflowId }));
    if (existsSync(file) !== (fault !== undefined)) throw new Error(`${file} was not written`);
  }

  #truth(workflowId: string, version: string): Truth {
    const { connections, world } = this.#stage;
    const { environment, temporal } = this.#options;
    const servers = (SERVERS[environment] ?? []).map((name) => {
      const { serviceAddress, servicePort } = world.server(name);
      const startsFile = join(world.serviceFolder(name), 'starts');
      const url = `http://${serviceAddress}:${servicePort}`;
      return { name, url, startsFile, startsBefore: startsIn(startsFile) };
    });
    return {
      temporal,
      temporalAddress: connections.temporal.address,
      workflowId,
      version,
      servers,
      poolUrl: `${connections.balancer.adminUrl}/pools/${environment}`,
    };
  }
}

/** Whether another worker begins the same activity anew. */
function goesOnAfter(killed: Note, { at, pid, atMs, step, activity, server }: Note): boolean {
  const isLater = at === 'begin' && pid !== killed.pid && atMs >= killed.atMs;
  const { step: inStep, activity: its, server: on } = killed;
  return isLater && step === inStep && activity === its && server === on;
}
