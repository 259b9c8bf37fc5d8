/** What a fleet's tasks came to, a line each phrase: the status of 200 servers stays below its limit. */

import { say } from '../../diagnostics/language.ts';
import { type RunIdentity, type ShownPart, stepStatus } from '../run.ts';
import { hasMany } from './many.ts';
import type { TaskDraft } from './tasks.ts';

/** Puts the tasks of a step that went well on many servers together; what failed stays by itself. */
export function gatherTasks(run: RunIdentity & ShownPart, number: number): void {
  if (!hasMany(run)) return;
  const step = stepStatus(run, number);
  const gathered = new Map<string, TaskDraft>();
  const kept: TaskDraft[] = [];
  for (const task of step.tasks) {
    const isOne =
      (task.state === 'succeeded' || task.state === 'skipped') &&
      (task.server !== null || task.servers !== undefined);
    const before = gathered.get(task.text);
    if (!isOne) kept.push(task);
    else if (before !== undefined) add(run, before, task);
    else {
      const first = task.servers === undefined ? asGathered(run, task) : task;
      gathered.set(task.text, first);
      kept.push(first);
    }
  }
  step.tasks = kept;
}

function asGathered(run: RunIdentity, task: TaskDraft): TaskDraft {
  return { ...task, server: null, servers: 1, evidence: [slowest(run, task)] };
}

function add(run: RunIdentity, sum: TaskDraft, task: TaskDraft): void {
  sum.servers = (sum.servers ?? 0) + (task.servers ?? 1);
  sum.startedAtMs = Math.min(sum.startedAtMs, task.startedAtMs);
  if ((task.durationMs ?? 0) <= (sum.durationMs ?? 0)) return;
  sum.durationMs = task.durationMs;
  sum.evidence = task.server === null ? task.evidence : [slowest(run, task)];
}

function slowest(run: RunIdentity, { server }: TaskDraft): string {
  return say(run.ref, `最慢：${server}`, `slowest: ${server}`);
}
