/** Waits for the end of everything that is open on a version. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Language } from '../../diagnostics/language.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import { type Deployment, describeDeployment, shortBuild } from './deployment.ts';
import { type OpenRun, openWorkflows, runsAmong } from './open-runs.ts';
import type { Server } from './server.ts';

const PAUSE_MS = 2_000;
/** The server lists what has just begun, or was moved here, a moment later: nothing twice is nothing. */
const QUIET_LOOKS = 2;
const MOST_NAMED = 5;

export interface DrainOptions {
  readonly buildId: string;
  readonly language: Language;
  /** Called whenever there is something else to say. */
  readonly onProgress: (line: string) => void;
  /** The worker has ended: there is nothing to wait for. */
  readonly signal: AbortSignal;
}

/** Settles once nothing is open on the version, and no new run can begin on it. */
export async function untilDrained(
  server: Server,
  taskQueue: string,
  { buildId, language, onProgress, signal }: DrainOptions,
): Promise<void> {
  let told = '';
  let quiet = 0;
  while (quiet < QUIET_LOOKS && !signal.aborted) {
    // A server that does not answer for a while is asked again.
    const seen = await look(server, taskQueue, buildId).catch(() => null);
    if (seen !== null) {
      const isDone = !seen.isServing && seen.open.length === 0;
      quiet = isDone ? quiet + 1 : 0;
      const line = isDone ? '' : progressLine(seen, buildId, language);
      if (line !== '' && line !== told) onProgress(line);
      told = line;
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  if (signal.aborted) return;
  const build = shortBuild(buildId);
  onProgress(
    say(
      { language },
      `版本 ${build} 已没有未结束的发布单，worker 退出`,
      `nothing is open on version ${build} any more; the worker ends`,
    ),
  );
}

interface Seen {
  readonly open: readonly OpenRun[];
  /** Whether new runs begin on the version. */
  readonly isServing: boolean;
}

async function look(server: Server, taskQueue: string, buildId: string): Promise<Seen> {
  const deployment = await describeDeployment(server, taskQueue);
  const open = await openWorkflows(server, taskQueue);
  return {
    open: open.filter(({ version }) => version === buildId),
    isServing: deployment !== null && serves(deployment, buildId),
  };
}

function serves({ current, ramping }: Deployment, buildId: string): boolean {
  return current === buildId || ramping === buildId;
}

function progressLine({ open, isServing }: Seen, buildId: string, language: Language): string {
  const reader = { language };
  const build = shortBuild(buildId);
  if (isServing) {
    return say(
      reader,
      `新的发布单仍由本 worker 的版本 ${build} 执行；另一个版本成为当前版本之后，才会收尾：runsheet versions promote`,
      `new runs still begin on this worker's version ${build}; it drains once another one is current: runsheet versions promote`,
    );
  }
  const runs = runsAmong(open).map(({ workflowId }) => workflowId);
  if (runs.length === 0) return '';
  const names = runs.slice(0, MOST_NAMED).join(language === 'zh' ? '、' : ', ');
  const rest = runs.length > MOST_NAMED ? ' …' : '';
  return say(
    reader,
    `版本 ${build} 还有 ${runs.length} 张未结束的发布单：${names}${rest}`,
    `${countedEn(runs.length, 'run')} still open on version ${build}: ${names}${rest}`,
  );
}
