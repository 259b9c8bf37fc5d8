/**
 * Watches over one run from the moment that it has the lock: a workflow of its own, which outlives it. Where
 * the run was terminated, or reset, before it released the lock, nothing of it is left to say so: the watch
 * tells people, again and again with growing distance, until somebody else has taken the lock.
 */
import {
  CancellationScope,
  condition,
  defineSignal,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { OfRun } from '../../activities/contract.ts';
import { oneLine, say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { WatchedRun } from '../../plan/watched-run.ts';
import { alarms, local, waits } from '../tasks/activities.ts';

/** Somebody has read the message and takes care of it. */
export const acknowledgeSignal = defineSignal<[{ readonly by?: string }?]>('acknowledge');

/** Minutes from each message to the next: eight of them in a day. */
const DISTANCES_MINUTES = [1, 5, 15, 60, 120, 240, 480, 519];
/** Until the server can be asked again. */
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
const NAME_CHARACTERS = 200;

/** It ends after its run, by what has become of that: it is not cancelled. */
export function runWatch(input: OfRun): Promise<void> {
  return CancellationScope.nonCancellable(() => watch(input));
}

async function watch(input: OfRun): Promise<void> {
  const { run } = input;
  let by: string | null = null;
  setHandler(acknowledgeSignal, (word) => void (by = nameIn(word)), {
    description: say(run, '已知悉：不再发送消息', 'Acknowledged: no more messages are sent'),
  });
  setCurrentDetails(say(run, `监视 ${run.workflowId}`, `watches ${run.workflowId}`));
  const watched = await begin(input);
  const { isLeft } = await waits.awaitRunEnd.executeWithOptions({ summary: run.workflowId }, [
    { run: watched.run, seal: sealFor(watched.proof, 'awaitRunEnd') },
  ]);
  if (!isLeft) return;
  for (const [index, minutes] of DISTANCES_MINUTES.entries()) {
    if (!(await alarm(watched, index + 1))) return;
    await condition(() => by !== null, minutes * 60_000);
    if (by !== null) return setCurrentDetails(acknowledged(input, by));
  }
}

/** Whoever reaches the server may send anything. */
function nameIn(word: unknown): string {
  const by = typeof word === 'object' && word !== null && 'by' in word ? word.by : null;
  return typeof by === 'string' ? oneLine(by.slice(0, NAME_CHARACTERS)) : '?';
}

/** A server that does not answer now is asked again: a run is not to be without its watch. */
async function begin(input: OfRun): Promise<WatchedRun> {
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      const summary = input.run.workflowId;
      return await local.beginWatch.executeWithOptions({ summary }, [input]);
    } catch (error) {
      if (isRefused(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'WATCH_NOT_YOURS';
}

/** @returns whether the next one is due; a message that reached nobody changes nothing about that */
async function alarm({ run, proof }: WatchedRun, number: number): Promise<boolean> {
  try {
    const { isLeft, sent } = await alarms.alarm.executeWithOptions(
      { summary: `${run.service}/${run.environment} ${number}` },
      [{ run, seal: sealFor(proof, 'alarm'), number }],
    );
    setCurrentDetails(sent.join('\n'));
    return isLeft;
  } catch {
    return true;
  }
}

function acknowledged({ run }: OfRun, by: string): string {
  return say(run, `已知悉：${by}`, `acknowledged: ${by}`);
}
