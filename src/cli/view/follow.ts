/** Follows a run: redrawn in place on a terminal, one line an event elsewhere. */
import type { RunsheetClient } from '../../client.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { renderRunSheet, visible } from './run-sheet.ts';

export interface FollowOptions {
  readonly language: 'zh' | 'en';
  readonly json: boolean;
  /** Called with each status after it is shown, awaited; true: something else was printed since. */
  readonly onStatus?: (status: RunStatus) => Promise<boolean>;
}

/** @returns the exit code; Ctrl-C leaves the run going and says how to come back */
export async function follow(client: RunsheetClient, workflowId: string, options: FollowOptions): Promise<number> {
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.once('SIGINT', leave);
  const terminal = process.stdout.isTTY === true && !options.json;
  let drawn = 0;
  let last: RunStatus | null = null;
  try {
    for await (const status of client.watch(workflowId, { signal: stop.signal })) {
      if (options.json) process.stdout.write(`${JSON.stringify(status)}\n`);
      else if (terminal) drawn = redraw(status, options.language, drawn);
      else for (const line of events(last, status)) process.stdout.write(`${line}\n`);
      last = status;
      if ((await options.onStatus?.(status)) === true) drawn = 0;
      if (status.outcome === 'needs_person') return EXIT.needsPerson;
    }
  } finally {
    process.removeListener('SIGINT', leave);
  }
  if (stop.signal.aborted) {
    process.stdout.write(`\nrunsheet status ${workflowId} --watch\n`);
    return EXIT.succeeded;
  }
  const { failure } = await client.end(workflowId);
  if (failure !== null) process.stderr.write(`${visible(failure.type)}: ${failure.message}\n`);
  if (last !== null && last.steps.length > 0) return exitCodeOf(last.outcome, last.rollback.length > 0);
  return failure === null ? EXIT.succeeded : EXIT.badInput;
}

function redraw(status: RunStatus, language: 'zh' | 'en', drawn: number): number {
  const width = process.stdout.columns ?? 80;
  const lines = renderRunSheet(status, { language, color: true, width }).slice(0, (process.stdout.rows ?? 50) - 1);
  const up = drawn > 0 ? `\u001b[${drawn}A` : '';
  // Each line is cleared behind its text, so that nothing flickers.
  process.stdout.write(`${up}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
  return lines.length;
}

function events(before: RunStatus | null, now: RunStatus): readonly string[] {
  const lines: string[] = [];
  for (const step of now.steps) {
    const former = before?.steps.find((each) => each.number === step.number)?.state;
    if (step.state === 'pending' || step.state === former) continue;
    lines.push(visible(`${step.number}. ${step.title}: ${step.state}${step.note === '' ? '' : ` (${step.note})`}`));
  }
  const rollback = now.rollback.slice(before?.rollback.length ?? 0);
  lines.push(...rollback.map((line) => visible(`↶ ${line}`)));
  if (before?.outcome !== now.outcome && now.outcome !== 'running') lines.push(`= ${now.outcome}`);
  return lines;
}
