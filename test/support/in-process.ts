/**
 * The interpreter itself, in this process and without a Temporal server: a run takes milliseconds, so
 * that hundreds can be tried. It stands for the parts of @temporalio/workflow that the interpreter
 * uses; activities are called straight, and nobody cancels. What an SDK does beside that (replay,
 * retries, time-outs, cancellation) is for the tests with a server.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
} from '@temporalio/common';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { IN_PROCESS_QUEUE, type StubWorld } from './stub-activities.ts';

type Called = Pick<StubWorld, 'activities'>;

interface Execution {
  readonly world: Called;
  /** How many turns of the event loop the next activity takes. */
  readonly delay: () => number;
  readonly waiting: (() => void)[];
  status: () => RunStatus;
  isOver: boolean;
}

export interface EndedInProcess {
  readonly status: RunStatus;
  /** The failure's type; null: the run returned. ASKS: nobody answers what it asks. */
  readonly failure: string | null;
}

const ASKS = 'ASKS';

const executions = new AsyncLocalStorage<Execution>();

/**
 * @param interpreter the one whose @temporalio/workflow is `inProcess`
 * @param tick is called after each turn of the event loop
 */
export async function runInProcess(
  interpreter: () => Promise<unknown>,
  world: Called,
  delay: () => number,
  tick: () => void = () => undefined,
): Promise<EndedInProcess> {
  const status = (): never => {
    throw new Error('the run has not said what its status is');
  };
  const execution: Execution = { world, delay, waiting: [], status, isOver: false };
  return executions.run(execution, async () => {
    const driver = drive(execution, tick);
    const ended = interpreter().then(() => null, typeOf);
    const failure = await Promise.race([ended, driver]);
    execution.isOver = true;
    await driver;
    return { status: execution.status(), failure };
  });
}

function typeOf(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.type ?? '';
  if (error instanceof CancelledFailure) return 'CANCELLED';
  throw error;
}

/** Conditions are looked at after each turn of the event loop, as long as the run goes on by itself. */
async function drive(execution: Execution, tick: () => void): Promise<typeof ASKS> {
  while (!execution.isOver) {
    await turn();
    tick();
    for (const look of execution.waiting.splice(0)) look();
    if (execution.status().outcome === 'needs_attention') break;
  }
  return ASKS;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function current(): Execution {
  const execution = executions.getStore();
  if (execution === undefined) throw new Error('not in a run');
  return execution;
}

type Activity = (...inputs: readonly unknown[]) => Promise<unknown>;

function proxy(): unknown {
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        const call: Activity = (...inputs) => perform(String(name), inputs);
        const withOptions = (_options: unknown, inputs: readonly unknown[]) => call(...inputs);
        return Object.assign(call, { executeWithOptions: withOptions });
      },
    },
  );
}

async function perform(name: string, inputs: readonly unknown[]): Promise<unknown> {
  const { world, delay } = current();
  const activity = (world.activities as unknown as Record<string, Activity>)[name];
  if (activity === undefined) throw new Error(`no activity ${name}`);
  // The pool is guarded until the guard is cancelled, which never comes here.
  if (name === 'guardPool') return { facts: [], evidence: [] };
  for (let left = delay(); left > 0; left -= 1) await turn();
  try {
    return await activity(...inputs);
  } catch (error) {
    const state = RetryState.NON_RETRYABLE_FAILURE;
    const cause = error instanceof Error ? error : undefined;
    throw new ActivityFailure('activity failed', name, '1', state, undefined, cause);
  }
}

async function condition(holds: () => boolean): Promise<boolean> {
  const { waiting } = current();
  while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
  return true;
}

class Scope {
  static nonCancellable<T>(body: () => Promise<T>): Promise<T> {
    return body();
  }
  run<T>(body: () => Promise<T>): Promise<T> {
    return body();
  }
  cancel(): void {
    // What is guarded here has ended by itself.
  }
}

async function startChild(): Promise<unknown> {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { signal: async () => end(), result: () => ended };
}

/** Instead of what @temporalio/workflow has under these names. */
export const inProcess = {
  proxyActivities: proxy,
  proxyLocalActivities: proxy,
  condition,
  sleep: turn,
  startChild,
  CancellationScope: Scope,
  allHandlersFinished: () => true,
  uuid4: () => '00000000-0000-4000-8000-000000000000',
  setCurrentDetails: () => undefined,
  upsertSearchAttributes: () => undefined,
  setHandler: ({ name }: { readonly name: string }, answer: () => RunStatus) => {
    if (name === 'status') current().status = answer;
  },
  workflowInfo: () => ({
    workflowId: 'run',
    workflowType: 'run',
    startTime: new Date(),
    taskQueue: IN_PROCESS_QUEUE,
  }),
  metricMeter: {
    createCounter: () => ({ add: () => undefined }),
    createHistogram: () => ({ record: () => undefined }),
  },
};
