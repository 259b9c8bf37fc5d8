/** A steady stream of requests by clients that never retry: each on a connection of its own. */
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Stream {
  readonly sent: () => number;
  /** Stops, waits for what is open, and says what came of all. */
  end(): Promise<StreamResult>;
}

export interface StreamResult {
  readonly sent: number;
  readonly failures: readonly string[];
}

export function startStream(url: string, { clients = 4, pauseMs = 5 } = {}): Stream {
  const failures: string[] = [];
  let sent = 0;
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      sent += 1;
      const status = await send(url);
      if (status !== 200) failures.push(`${status} at ${new Date().toISOString()}`);
      await delay(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    sent: () => sent,
    async end() {
      isOver = true;
      await all;
      return { sent, failures };
    },
  };
}

/** @returns the status; 0: no whole answer came */
export function send(url: string): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: false });
    outgoing.on('error', () => resolve(0));
    outgoing.on('response', (answer) => {
      answer.on('error', () => resolve(0));
      answer.on('end', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0));
      answer.resume();
    });
    outgoing.end();
  });
}
