/** A worker that was frozen until its run had ended goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Note } from './notes.ts';
import { changesBetween, type Standing } from './standing.ts';

/** Until it has ended what it was at. */
const LIMIT_MS = 60_000;
const POLL_MS = 200;
/** Longer than anything that it may have had in flight beside that. */
const SETTLES_MS = 2_000;

/** @returns what it has changed; empty: nothing */
export async function thaw(
  notes: () => readonly Note[],
  standing: () => Promise<Standing>,
): Promise<readonly string[]> {
  const frozen = notes().find(({ at }) => at === 'landed');
  if (frozen === undefined) return [];
  const before = await standing();
  process.kill(frozen.pid, 'SIGCONT');
  const deadlineMs = Date.now() + LIMIT_MS;
  while (!notes().some((note) => isEndOf(frozen, note))) {
    if (Date.now() > deadlineMs) return [`${frozen.activity} never ended in the thawed worker`];
    await sleep(POLL_MS);
  }
  await sleep(SETTLES_MS);
  const changes = changesBetween(before, await standing());
  return changes.map((each) => `the thawed worker changed ${each}`);
}

/** Whether the attempt that was frozen has ended, well or not. */
function isEndOf(frozen: Note, { at, pid, activity, server, attempt }: Note): boolean {
  const isSame = activity === frozen.activity && server === frozen.server;
  return isSame && pid === frozen.pid && attempt === frozen.attempt && /^(?:end|failed)$/u.test(at);
}
