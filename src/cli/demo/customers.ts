import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  TrafficAnswer,
  TrafficCommand,
  TrafficQuestion,
  TrafficReport,
} from './traffic-report.ts';

/** Longer than a request may take, so that even the last answer arrives in time. */
const ANSWER_LIMIT_MS = 70_000;

/** The demo's traffic, as seen from the parent process. */
export interface Customers {
  /** The count since the start or the last `restart`; requests may still be under way. */
  report(): Promise<TrafficReport>;
  /** Resets the count. @returns the count until now, once its last request has an answer */
  restart(): Promise<TrafficReport>;
  /** Sends requests that take `milliseconds` to answer; as many as there are servers reach one each. */
  sendSlow(milliseconds: number, requests: number): Promise<void>;
  /** Ends the traffic once every request under way has an answer; called again, gives the same report. */
  stop(): Promise<TrafficReport>;
}

/**
 * Starts the traffic process.
 * @param url where the load balancer accepts the pool's requests
 * @param perSecond requests per second
 */
export function startCustomers(url: string, perSecond: number): Customers {
  const entry = fileURLToPath(new URL('./traffic.js', import.meta.url));
  const child = fork(entry, [url, String(perSecond)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Each pending question has listeners of its own.
  child.setMaxListeners(0);
  let lastId = 0;
  const ask = (question: TrafficQuestion): Promise<TrafficReport> => {
    lastId += 1;
    return answerTo(child, { id: lastId, ...question });
  };
  let stopped: Promise<TrafficReport> | null = null;
  return {
    report: () => ask({ kind: 'report' }),
    restart: () => ask({ kind: 'restart' }),
    async sendSlow(milliseconds, requests) {
      await ask({ kind: 'slow', milliseconds, requests });
    },
    stop: () => {
      stopped ??= ask({ kind: 'stop' });
      return stopped;
    },
  };
}

/** @throws where the process has ended, before the question or after it */
function answerTo(child: ChildProcess, command: TrafficCommand): Promise<TrafficReport> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      child.off('exit', ended);
      child.off('message', heard);
      then();
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error('the traffic process is not answering'))),
      ANSWER_LIMIT_MS,
    );
    const ended = (code: number | null): void =>
      settle(() => reject(new Error(`the traffic process ended early (exit code ${code})`)));
    const heard = (answer: TrafficAnswer): void => {
      if (answer.id === command.id) settle(() => resolve(answer.report));
    };
    child.on('exit', ended);
    child.on('message', heard);
    // Without the callback, a channel that is closed would be an error of nobody's: a crash.
    child.send(command, (error) => {
      if (error !== null) ended(child.exitCode);
    });
  });
}
