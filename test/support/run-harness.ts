/** Starts the interpreter with stub worlds on a test server: one worker a file, one world a case. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle, WorkflowOptions } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { Activities } from '../../src/activities/contract.ts';
import { createFakeSeal } from '../../src/adapters/fake/fake-seal.ts';
import type { Json } from '../../src/plan/plan.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { cachedBundle } from './bundle-cache.ts';
import { type AnyActivity, sealed } from './sealed.ts';
import { type StubWorld, stubBuildQueues, stubWorld } from './stub-activities.ts';
import { countedBundle, countedWorker, keepWorkflowCoverage } from './workflow-coverage.ts';

export const WORKFLOWS_PATH = fileURLToPath(
  new URL('../../src/workflows/index.ts', import.meta.url),
);

/** What puts the counters in. */
const COUNTED_BY = ['test/support/workflow-coverage.ts', 'test/support/coverage-interceptor.mjs'];

/** The interpreter as the worker bundles it. */
export function bundleInterpreter(): Promise<WorkflowBundle> {
  return cachedBundle(() => bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: quiet() }));
}

/** The same with counters in it, in a run with --coverage: for Harness, whose workers collect them. */
export async function countedInterpreter(): Promise<WorkflowBundle> {
  const options = { workflowsPath: WORKFLOWS_PATH, logger: quiet() };
  const counted = countedBundle(options);
  if (counted === options) return bundleInterpreter();
  return cachedBundle(() => bundleWorkflowCode(counted), COUNTED_BY);
}

export interface Ended {
  readonly status: RunStatus;
  /** null: it returned a result. */
  readonly failure: { readonly type: string; readonly message: string } | null;
  readonly result: unknown;
}

export interface Started {
  readonly handle: WorkflowHandle;
  status(): Promise<RunStatus>;
  /** Polls the status until it is so; time does not skip meanwhile. */
  until(holds: (status: RunStatus) => boolean): Promise<RunStatus>;
  end(): Promise<Ended>;
}

interface Serving {
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

export class Harness {
  readonly env: TestWorkflowEnvironment;
  readonly bundle: WorkflowBundle;
  /** Whose activities a run gets, by its workflow id: one worker serves every case of a file. */
  private readonly worlds = new Map<string, StubWorld>();
  readonly taskQueue = `test-${randomUUID()}`;
  /** Of the locks that runs hold, whichever world these have. */
  lockActivities: Pick<Activities, 'releasedByHolder'> = { releasedByHolder: async () => true };
  private serving: Promise<readonly Serving[]> | undefined;

  /** Whether there are workers that build. */
  private readonly builds: boolean;

  constructor(env: TestWorkflowEnvironment, bundle: WorkflowBundle, { builds = true } = {}) {
    this.env = env;
    this.bundle = bundle;
    this.builds = builds;
  }

  /** Ends worker and server; call it after all runs of a file. */
  async close(): Promise<void> {
    await this.end();
    await keepWorkflowCoverage();
    await this.env.teardown();
  }

  /** Ends the workers. */
  async end(): Promise<void> {
    const serving = (await this.serving) ?? [];
    for (const { worker } of serving) worker.shutdown();
    await Promise.all(serving.map(({ ended }) => ended));
  }

  /** Runs `body`, whose runs get the activities of this world. */
  async with<T>(world: StubWorld, body: (start: StartRun) => Promise<T>): Promise<T> {
    this.serving ??= this.serve();
    await this.serving;
    return body((parameters = {}, options = {}) => this.start(world, parameters, options));
  }

  private async serve(): Promise<readonly Serving[]> {
    const worker = await Worker.create(
      countedWorker({
        connection: this.env.nativeConnection,
        taskQueue: this.taskQueue,
        workflowBundle: this.bundle,
        activities: this.activities(),
      }),
    );
    const queues = this.builds ? stubBuildQueues(this.taskQueue) : [];
    const building = await Promise.all(queues.map((each) => this.serveQueue(each)));
    return [{ worker, ended: worker.run() }, ...building];
  }

  /** A worker that has no workflows. */
  async serveQueue(taskQueue: string): Promise<Serving> {
    const worker = await Worker.create({
      connection: this.env.nativeConnection,
      taskQueue,
      activities: this.activities(),
    });
    return { worker, ended: worker.run() };
  }

  private activities(): Readonly<Record<string, AnyActivity>> {
    return dispatching(this.worlds, () => this.lockActivities);
  }

  /** One run from start to end. */
  async run(world: StubWorld, parameters: Record<string, Json> = {}): Promise<Ended> {
    return this.with(world, async (start) => (await start(parameters)).end());
  }

  private async start(
    world: StubWorld,
    parameters: Record<string, Json>,
    {
      workflowId = `run-${randomUUID()}`,
      type = 'deployment_workflow_v1',
      args = [parameters],
      options = {},
    }: StartOptions,
  ): Promise<Started> {
    this.worlds.set(workflowId, world);
    const handle = await this.env.client.workflow.start(type, {
      taskQueue: this.taskQueue,
      workflowId,
      args: [...args],
      ...options,
    });
    const status = (): Promise<RunStatus> => handle.query<RunStatus, []>('status');
    return {
      handle,
      status,
      until: (holds) => waitUntil(status, holds),
      end: () => ended(handle, status),
    };
  }
}

export type StartRun = (
  parameters?: Record<string, Json>,
  options?: StartOptions,
) => Promise<Started>;

export interface StartOptions {
  readonly workflowId?: string;
  readonly type?: string;
  /** Instead of the parameters. */
  readonly args?: readonly unknown[];
  /** What Temporal is told of the start. */
  readonly options?: Partial<WorkflowOptions>;
}

/** Activities that look up the world of the run that calls them. */
function dispatching(
  worlds: Map<string, StubWorld>,
  ofLocks: () => Pick<Activities, 'releasedByHolder'>,
): Readonly<Record<string, AnyActivity>> {
  const names = Object.keys(stubWorld().activities);
  const activitiesOf = (workflowId: string, watched?: string): Partial<Activities> => {
    if (workflowId.startsWith('runsheet-lock:')) return ofLocks();
    // A watch begins with its run's name, and has that run's world from then on.
    const world = worlds.get(workflowId) ?? worlds.get(watched ?? '');
    if (world !== undefined) worlds.set(workflowId, world);
    if (world === undefined) throw new Error(`no world for ${workflowId}`);
    return world.activities;
  };
  return sealed(names, activitiesOf, createFakeSeal());
}

async function ended(handle: WorkflowHandle, status: () => Promise<RunStatus>): Promise<Ended> {
  try {
    const result: unknown = await handle.result();
    return { status: await status(), failure: null, result };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : (cause?.name ?? '');
    return {
      status: await status(),
      failure: { type, message: cause?.message ?? '' },
      result: null,
    };
  }
}

const POLL_MILLISECONDS = 20;
const POLL_LIMIT_MILLISECONDS = 15_000;

async function waitUntil(
  read: () => Promise<RunStatus>,
  holds: (status: RunStatus) => boolean,
): Promise<RunStatus> {
  const deadlineMs = Date.now() + POLL_LIMIT_MILLISECONDS;
  for (;;) {
    const status = await read();
    if (holds(status)) return status;
    if (Date.now() > deadlineMs) {
      throw new Error(`never came: ${JSON.stringify(status, null, 1).slice(0, 4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

function quiet() {
  const ignore = (): void => undefined;
  return {
    log: ignore,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: console.error,
  };
}
