import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrafficCommand, TrafficReport } from './traffic-report.ts';

/** Longer than a request may take, so that a stop waits for the last answer. */
const STOP_LIMIT_MS = 70_000;

/** The demo's traffic, as its parent handles it. */
export interface Customers {
  /** What was seen since the start or the last `restart`. */
  report(): Promise<TrafficReport>;
  /** Counts from zero again. */
  restart(): void;
  /** Sends `count` requests that each take `milliseconds` to answer. */
  sendSlow(count: number, milliseconds: number): void;
  /** Ends the traffic when every request under way has its answer; asked again, the same answer. */
  stop(): Promise<TrafficReport>;
}

/**
 * Starts the traffic process.
 * @param url where the balancer answers for the pool
 * @param perSecond requests a second
 */
export function startCustomers(url: string, perSecond: number): Customers {
  const entry = fileURLToPath(new URL('./traffic.js', import.meta.url));
  const child = fork(entry, [url, String(perSecond)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const say = (command: TrafficCommand): void => {
    child.send(command);
  };
  const ask = (command: TrafficCommand): Promise<TrafficReport> => {
    const answer = nextReport(child);
    say(command);
    return answer;
  };
  let stopped: Promise<TrafficReport> | null = null;
  return {
    report: () => ask({ kind: 'report' }),
    restart: () => say({ kind: 'restart' }),
    sendSlow: (count, milliseconds) => say({ kind: 'slow', count, milliseconds }),
    stop: () => {
      stopped ??= ask({ kind: 'stop' });
      return stopped;
    },
  };
}

function nextReport(child: ChildProcess): Promise<TrafficReport> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('the traffic process does not answer')),
      STOP_LIMIT_MS,
    );
    const ended = (code: number | null): void => {
      clearTimeout(timer);
      reject(new Error(`the traffic process ended early (exit code ${code})`));
    };
    child.once('exit', ended);
    child.once('message', (report: TrafficReport) => {
      clearTimeout(timer);
      child.off('exit', ended);
      resolve(report);
    });
  });
}
