/** What the commands that keep running share: how they are stopped, and what they say meanwhile. */
import { EmbeddedError } from '../embedded/embedded-error.ts';
import type { WorkerEvent } from '../embedded/worker-process.ts';
import { type CommonOptions, print, refuseWith } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { Say } from './language.ts';

/** What the person who watches has to know; that it is ready is printed besides. */
export function printEvent(event: WorkerEvent, say: Say): void {
  if (event.kind === 'draining') print(`  ${event.line}`);
  if (event.kind === 'ready') for (const each of event.notices) print(`  ${each}`);
  if (event.kind === 'died') {
    const { zh, en } = event.how;
    print(
      say({
        zh: `worker 已退出（${zh}），正在重启`,
        en: `the worker exited (${en}); restarting it`,
      }),
    );
  }
  if (event.kind === 'given-up') {
    const { logFile } = event;
    print(
      say({
        zh: `worker 反复退出，不再重启；日志：${logFile}`,
        en: `the worker keeps exiting and will not be restarted; see ${logFile}`,
      }),
    );
  }
}

/** Settles at Ctrl-C or SIGTERM, with the code of that. */
export function untilStopped(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(EXIT.interrupted));
    process.once('SIGTERM', () => resolve(EXIT.terminated));
  });
}

/** Runs what starts embedded components. @throws CommandError with their text and remedy, exit 2 */
export async function withEmbeddedErrors<T>(
  options: CommonOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error;
    throw refuseWith(error.diagnostic, options);
  }
}
