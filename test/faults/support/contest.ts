/** Two runs of one environment: while one changes servers and the other waits, something happens to the lock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, type WorkflowHandle } from '@temporalio/client';
import { type RunStatus, statusQuery } from '../../../src/workflows/messages.ts';
import type { Stage } from '../../e2e/support/stage.ts';
import type { StageRun } from '../../e2e/support/stage-run.ts';
import { changesServers } from './changes.ts';
import { type Note, notesOf } from './notes.ts';

export const HAPPENINGS = ['terminated', 'released', 'reset-first', 'reset-last'] as const;
export type Happening = (typeof HAPPENINGS)[number];

export interface Contestant {
  /** Of its workflow; the version that it deploys is called so too. */
  readonly id: string;
  /** How the servers' logs name it. */
  readonly requestId: string;
}

export interface Contest {
  readonly holder: Contestant;
  readonly waiter: Contestant;
  /** Failures; null: it succeeded. */
  readonly ends: readonly (string | null)[];
  /** False: the holder had left that step before the other run waited. */
  readonly hasHappened: boolean;
}

const ENVIRONMENT = 'production';
const LOCK = `runsheet-lock:shipping-quotes:${ENVIRONMENT}`;
const APPROVER = 'alice';
const END_LIMIT_SECONDS = 120;
const LIMIT_MS = 120_000;
const POLL_MS = 20;
const PEOPLE_MS = 200;

/** @param step of the holder, in which it happens */
export async function contest(
  stage: Stage,
  { step, happening, name }: { step: number; happening: Happening; name: string },
): Promise<Contest> {
  const start = (role: string): Promise<StageRun> => {
    const id = `${name}-${role}`;
    return stage.deploy(ENVIRONMENT, id, { skip_tests: true }, { id });
  };
  const [holder, waiter] = [await start('holder'), await start('waiter')];
  const asked = await Promise.all([holder.untilWaiting(), waiter.untilWaiting()]);
  const [first, second] = asked.map(({ requestId }) => requestId);
  await holder.approve(APPROVER);
  await until(() => begun(stage, holder, 6).length > 0, `${holder.id} in step 6`);
  const over = new AbortController();
  const people = approving([waiter, holder], over.signal);
  await until(async () => (await waiter.status()).lockWait !== undefined, `${waiter.id} waiting`);
  await until(() => begun(stage, holder, step).length > 0, `${holder.id} in step ${step}`);
  const hasHappened = begun(stage, holder, step + 1).length === 0;
  if (hasHappened) await happen(stage, holder.handle, happening);
  const ends = await Promise.all([endOf(stage, holder), endOf(stage, waiter)]);
  over.abort();
  await people;
  return {
    holder: { id: holder.id, requestId: first ?? '' },
    waiter: { id: waiter.id, requestId: second ?? '' },
    ends,
    hasHappened,
  };
}

/** What of this step has begun to change servers; the step after the last that does: none ever. */
function begun({ folder }: Stage, { id }: StageRun, step: number): readonly Note[] {
  const isOne = (note: Note): boolean => note.step === step && changesServers(note.activity);
  return notesOf(folder, id).filter((note) => note.at === 'begin' && isOne(note));
}

async function happen({ client }: Stage, holder: WorkflowHandle, what: Happening): Promise<void> {
  const lock = client.workflow.getHandle(LOCK);
  if (what === 'terminated') await lock.terminate('by a stranger');
  else if (what === 'released') await lock.signal('release');
  else await reset(holder, what === 'reset-first' ? 0 : -1);
}

/** @param which of its completed workflow tasks it goes back to */
async function reset(handle: WorkflowHandle, which: number): Promise<void> {
  const { events } = await handle.fetchHistory();
  const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await handle.describe();
  await handle.client.workflowService.resetWorkflowExecution({
    namespace: handle.client.options.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId },
    reason: 'by a stranger',
    requestId: `${handle.workflowId}-reset`,
    workflowTaskFinishEventId: tasks.at(which)?.eventId ?? null,
  });
}

/** Of the latest execution of its id. @returns its failure; null: it succeeded */
async function endOf({ client }: Stage, { id }: StageRun): Promise<string | null> {
  const limit = sleep(END_LIMIT_SECONDS * 1_000, 'it has not ended', { ref: false });
  const handle = client.workflow.getHandle(id);
  const ended = handle.result().then(
    () => null,
    async ({ cause }: Error) => {
      const { failure } = await handle.query<RunStatus>(statusQuery);
      if (failure !== null) return `${failure.type}: ${failure.message}`;
      return cause instanceof ApplicationFailure ? `${cause.type}: ${cause.message}` : `${cause}`;
    },
  );
  return Promise.race([ended, limit]);
}

/** Whoever is asked approves, also where it is asked again. */
async function approving(runs: readonly StageRun[], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    for (const run of runs) {
      const status = await run.status().catch(() => null);
      if (status?.questions?.some(({ kind }) => kind === 'approval'))
        await run.approve(APPROVER).catch(() => undefined);
    }
    await sleep(PEOPLE_MS);
  }
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`not seen: ${what}`);
    await sleep(POLL_MS);
  }
}
