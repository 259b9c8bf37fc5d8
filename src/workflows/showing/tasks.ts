/** The tasks of a step as they come and go in the status. */

import type { RunStatus } from '../messages.ts';
import { type Draft, type RunIdentity, type ShownPart, stepStatus } from '../run.ts';
import { summaryOf } from '../tasks/activities.ts';
import { hasMany } from './many.ts';
import { changed, noteServer } from './status.ts';

export type TaskDraft = Draft<RunStatus>['steps'][number]['tasks'][number];

const EVIDENCE_LINES = 20;
const EVIDENCE_CHARACTERS = 300;

/** Shows that something of a step has begun. */
export function beginTask(
  run: ShownPart,
  step: number,
  text: string,
  server: string | null,
): TaskDraft {
  const shown: TaskDraft = {
    text,
    server,
    state: 'running',
    startedAtMs: Date.now(),
    durationMs: null,
    evidence: [],
  };
  stepStatus(run, step).tasks.push(shown);
  if (server !== null) noteServer(run, server, { doing: text });
  run.status.activity = summaryOf(step, server, text);
  changed(run);
  return shown;
}

/** Shows that it has ended. */
export function endTask(
  run: ShownPart,
  shown: TaskDraft,
  state: 'succeeded' | 'failed' | 'skipped',
): void {
  shown.state = state;
  shown.durationMs = Date.now() - shown.startedAtMs;
  if (shown.server !== null) noteServer(run, shown.server, { doing: '' });
  changed(run);
}

/** Takes a task that is done again out of what is shown: the first of that text, or this one. */
export function dropTask(run: ShownPart, step: number, which: string | TaskDraft): void {
  const { tasks } = stepStatus(run, step);
  const at = tasks.findIndex(
    (each) => each === which || (each.text === which && each.server === null),
  );
  if (at >= 0) tasks.splice(at, 1);
  changed(run);
}

/** Of a fleet's tasks that went well a line each, or the status would outgrow its limit. */
export function shownEvidence(run: RunIdentity, lines: readonly string[]): string[] {
  return hasMany(run) ? bounded(lines.slice(-1)) : bounded(lines);
}

/** Lines that stand in status and history. */
export function bounded(lines: readonly string[]): string[] {
  return lines.slice(0, EVIDENCE_LINES).map((line) => line.slice(0, EVIDENCE_CHARACTERS));
}
