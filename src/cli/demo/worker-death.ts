/** The demo kills its worker while a server gets the new version, and finds out what became of the run. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { type Say, sayIn } from '../language.ts';
import type { DemoStage } from './stage.ts';

const STEP = 7;
/** The first batch whose servers stand between others: some are done, some have not begun. */
const BATCH = 2;

export interface WorkerDeath {
  readonly pid: number;
  /** Since the epoch, in ms. */
  readonly atMs: number;
  /** The one that was being changed. */
  readonly server: string;
  /** What was under way there, in the run's words. */
  readonly doing: string;
}

/** Who did the run's next piece of work, and when. */
export interface WentOn {
  readonly pid: number;
  readonly afterMs: number;
}

interface Telling {
  readonly language: Language;
  readonly print: (line: string) => void;
}

export interface Killer {
  /** Kills where it is time for it. @returns whether it did */
  look(status: RunStatus): Promise<boolean>;
  /** null: it has not killed. */
  death(): WorkerDeath | null;
}

/** Kills once, while a worker does something of step 7 on a server of the middle batch and has done something. */
export function createKiller(stage: DemoStage, { language, print }: Telling): Killer {
  let death: WorkerDeath | null = null;
  return {
    death: () => death,
    async look(status) {
      if (death !== null || !isTime(status)) return false;
      const { server } = await stage.client.look(status.workflowId);
      const begun = server.activities.find(({ isRunning, text }) => {
        const [step, on = ''] = text.split(' ');
        return isRunning && step === String(STEP) && status.batch?.servers.includes(on);
      });
      const pid = stage.worker.pid();
      if (begun === undefined || pid === null) return false;
      await stage.worker.kill();
      const [, on = '', ...doing] = begun.text.split(' ');
      death = { pid, atMs: Date.now(), server: on, doing: doing.join(' ') };
      print(`  ${killed(death, sayIn(language))}`);
      return true;
    },
  };
}

function isTime({ batch, steps }: RunStatus): boolean {
  if (batch === null || batch.index < BATCH) return false;
  const tasks = steps.find(({ number }) => number === STEP)?.tasks ?? [];
  const states = tasks
    .filter(({ server }) => server !== null && batch.servers.includes(server))
    .map(({ state }) => state);
  return states.includes('succeeded') && states.includes('running');
}

function killed({ pid, server, doing }: WorkerDeath, say: Say): string {
  return say({
    zh: `演示强制终止 worker 进程 ${pid}（SIGKILL）：步骤 ${STEP} 正在 ${server} 上进行（${doing}）`,
    en: `the demo kills the worker, process ${pid} (SIGKILL): step ${STEP} is under way on ${server} (${doing})`,
  });
}

/** @returns null: no other worker did anything for the run after that */
export async function wentOn(
  { client }: DemoStage,
  workflowId: string,
  { pid, atMs }: WorkerDeath,
): Promise<WentOn | null> {
  const { connection, namespace } = client.server;
  let nextPageToken: Uint8Array | null = null;
  do {
    const page: Awaited<ReturnType<typeof connection.workflowService.getWorkflowExecutionHistory>> =
      await connection.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId },
        ...(nextPageToken !== null && { nextPageToken }),
      });
    for (const { eventTime, ...event } of page.history?.events ?? []) {
      const done =
        event.workflowTaskCompletedEventAttributes ?? event.activityTaskStartedEventAttributes;
      const by = Number(/\/(\d+)@/u.exec(done?.identity ?? '')?.[1] ?? pid);
      const afterMs = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6 - atMs;
      if (by !== pid && afterMs >= 0) return { pid: by, afterMs };
    }
    nextPageToken = page.nextPageToken ?? null;
  } while (nextPageToken !== null && nextPageToken.length > 0);
  return null;
}
