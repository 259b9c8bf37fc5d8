/** Starts the interpreter with a stub world on a test server, one worker and task queue a case. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker, type WorkflowBundle } from '@temporalio/worker';
import type { Json } from '../../src/plan/plan.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import type { StubWorld } from './stub-activities.ts';
import { countedBundle, countedWorker, keepWorkflowCoverage } from './workflow-coverage.ts';

export const WORKFLOWS_PATH = fileURLToPath(
  new URL('../../src/workflows/index.ts', import.meta.url),
);

/** The interpreter as the worker bundles it. */
export async function bundleInterpreter(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: quiet() });
}

/** The same with counters in it, in a run with --coverage: for Harness, whose workers collect them. */
export async function countedInterpreter(): Promise<WorkflowBundle> {
  return bundleWorkflowCode(countedBundle({ workflowsPath: WORKFLOWS_PATH, logger: quiet() }));
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

export class Harness {
  readonly env: TestWorkflowEnvironment;
  readonly bundle: WorkflowBundle;

  constructor(env: TestWorkflowEnvironment, bundle: WorkflowBundle) {
    this.env = env;
    this.bundle = bundle;
  }

  /** Ends the server; call it after all runs of a file. */
  async close(): Promise<void> {
    keepWorkflowCoverage();
    await this.env.teardown();
  }

  /** Runs `body` while a worker with these activities serves a queue of its own. */
  async with<T>(world: StubWorld, body: (start: StartRun) => Promise<T>): Promise<T> {
    const taskQueue = `test-${randomUUID()}`;
    const worker = await Worker.create(
      countedWorker({
        connection: this.env.nativeConnection,
        taskQueue,
        workflowBundle: this.bundle,
        activities: world.activities,
      }),
    );
    return worker.runUntil(() =>
      body((parameters = {}, options = {}) => this.start(taskQueue, parameters, options)),
    );
  }

  /** One run from start to end. */
  async run(world: StubWorld, parameters: Record<string, Json> = {}): Promise<Ended> {
    return this.with(world, async (start) => (await start(parameters)).end());
  }

  private async start(
    taskQueue: string,
    parameters: Record<string, Json>,
    { workflowId = `run-${randomUUID()}`, type = 'deployment_workflow_v1' }: StartOptions,
  ): Promise<Started> {
    const handle = await this.env.client.workflow.start(type, {
      taskQueue,
      workflowId,
      args: [parameters],
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
