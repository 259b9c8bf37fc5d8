/** One run of a stage, as its starter sees it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Plan } from '../../../src/plan/plan.ts';
import {
  approveSignal,
  planQuery,
  type RunStatus,
  rejectSignal,
  type StepStatus,
  statusQuery,
} from '../../../src/workflows/messages.ts';

const POLL_MS = 50;
const UNTIL_LIMIT_SECONDS = 60;
const END_LIMIT_SECONDS = 180;

export interface EndedRun {
  readonly status: RunStatus;
  /** null: it returned a result. `type` is the failure's stable type, CancelledFailure where cancelled. */
  readonly failure: { readonly type: string; readonly message: string } | null;
}

export class StageRun {
  readonly handle: WorkflowHandle;

  constructor(handle: WorkflowHandle) {
    this.handle = handle;
  }

  get id(): string {
    return this.handle.workflowId;
  }

  status(): Promise<RunStatus> {
    return this.handle.query(statusQuery);
  }

  plan(): Promise<Plan | null> {
    return this.handle.query(planQuery);
  }

  approve(by = 'alice', comment = 'ok'): Promise<void> {
    return this.handle.signal(approveSignal, { by, comment });
  }

  reject(by = 'alice', comment = 'no'): Promise<void> {
    return this.handle.signal(rejectSignal, { by, comment });
  }

  /** Polls the status until it is so. @throws with the status where the run ends or the limit passes first */
  async until(
    holds: (status: RunStatus) => boolean,
    limitSeconds = UNTIL_LIMIT_SECONDS,
  ): Promise<RunStatus> {
    const deadline = Date.now() + limitSeconds * 1000;
    for (;;) {
      const status = await this.status();
      if (holds(status)) return status;
      if (status.finishedAtMs !== null) throw new Error(`${this.id} has ended: ${shown(status)}`);
      if (Date.now() > deadline) throw new Error(`${this.id} is not so far: ${shown(status)}`);
      await sleep(POLL_MS);
    }
  }

  /** Waits until a step is in this state. */
  untilStep(number: number, state: StepStatus['state'], limitSeconds?: number): Promise<RunStatus> {
    return this.until((status) => statesOf(status)[number] === state, limitSeconds);
  }

  /** Waits until the run asks for approval. */
  untilWaiting(limitSeconds?: number): Promise<RunStatus> {
    return this.until(({ approval }) => approval !== null, limitSeconds);
  }

  /** Waits for the approval step and approves. */
  async approveWhenAsked(by = 'alice'): Promise<void> {
    await this.untilWaiting();
    await this.approve(by);
  }

  /** Waits until the workflow has closed. */
  async end(limitSeconds = END_LIMIT_SECONDS): Promise<EndedRun> {
    const failure = await Promise.race([this.#failure(), this.#tooLong(limitSeconds)]);
    return { status: await this.status(), failure };
  }

  /** A server that is gone for a moment is asked again. */
  async #failure(): Promise<EndedRun['failure']> {
    try {
      await this.handle.result();
      return null;
    } catch (error) {
      if (isGrpcServiceError(error)) {
        await sleep(POLL_MS);
        return this.#failure();
      }
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const type = cause !== undefined && 'type' in cause ? String(cause.type) : cause?.name;
      return { type: type ?? 'unknown', message: cause?.message ?? error.message };
    }
  }

  async #tooLong(limitSeconds: number): Promise<never> {
    await sleep(limitSeconds * 1000, undefined, { ref: false });
    throw new Error(
      `${this.id} has not ended after ${limitSeconds} s: ${shown(await this.status())}`,
    );
  }
}

export function stepOf(status: RunStatus, number: number): StepStatus {
  const found = status.steps.find((each) => each.number === number);
  if (found === undefined) throw new Error(`no step ${number} in ${shown(status)}`);
  return found;
}

/** State of each step, in the document's order. */
export function statesOf(status: RunStatus): Record<number, string> {
  return Object.fromEntries(status.steps.map(({ number, state }) => [number, state]));
}

function shown(status: RunStatus): string {
  const steps = status.steps.map(({ number, state, note }) => `${number} ${state} ${note}`);
  const rest = [
    status.outcome,
    status.activity,
    status.failure?.message ?? '',
    status.needsAttention,
  ];
  return `${rest.join(' | ')}\n${steps.join('\n')}`;
}
