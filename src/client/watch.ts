import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunStatus } from '../workflows/messages.ts';

export interface WatchOptions {
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  /** Told, at each look, for how long no worker has answered. */
  readonly onSilence?: (silentMs: number) => void;
}

const WATCH_INTERVAL_MS = 250;

/** Each changed status until the run is no longer open. */
export async function* watch(
  status: () => Promise<RunStatus>,
  open: () => Promise<boolean>,
  { intervalMs = WATCH_INTERVAL_MS, signal, onSilence }: WatchOptions,
): AsyncGenerator<RunStatus, void> {
  let last = '';
  let heardMs = Date.now();
  for (;;) {
    // Asked before the status, so that what a closing run says last is still shown.
    const stillOpen = await open();
    const now = await status().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw error;
      return null;
    });
    if (now !== null) heardMs = Date.now();
    else if (stillOpen) onSilence?.(Date.now() - heardMs);
    const text = JSON.stringify(now);
    if (now !== null && text !== last) yield now;
    last = text;
    if (!stillOpen || signal?.aborted === true) return;
    await sleep(intervalMs, undefined, signal === undefined ? {} : { signal }).catch(
      () => undefined,
    );
  }
}
