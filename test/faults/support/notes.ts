/** What the workers of a stack noted: see worker.mjs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where an activity is: of a step (null: of none, such as the lock), on a server (null: of no server). */
export interface ActivityPlace {
  readonly workflowId: string | null;
  readonly step: number | null;
  readonly activity: string;
  readonly server: string | null;
}

export interface Note extends ActivityPlace {
  readonly at: 'begin' | 'end' | 'failed' | 'landed';
  readonly isLocal: boolean;
  readonly attempt: number;
  readonly pid: number;
  readonly atMs: number;
  /** Of a fault that landed: whether the activity's work was done by then. */
  readonly hasEnded?: boolean;
}

/** Those of one run, in the order in which they were written. */
export function notesOf(folder: string, workflowId: string): readonly Note[] {
  const file = join(folder, '.runsheet', 'activities.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const notes = lines.map((line) => JSON.parse(line) as Note);
  return notes.filter((note) => note.workflowId === workflowId);
}
