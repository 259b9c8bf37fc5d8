/** Samples of how many servers take requests, from HAProxy's own table. */

const EVERY_MS = 50;

export interface PoolSeen {
  readonly samples: number;
  readonly fewest: number;
  /** Each change of the number, with the servers that were out: how the run went, for a failed test. */
  readonly course: readonly string[];
}

interface Asked {
  ask(command: string): Promise<string>;
}

export class PoolWatch {
  readonly #haproxy: Asked;
  readonly #backend: string;
  readonly #course: string[] = [];
  readonly #beganMs = performance.now();
  #running = true;
  #samples = 0;
  #fewest = Number.POSITIVE_INFINITY;
  #last = '';
  readonly #done: Promise<void>;

  constructor(haproxy: Asked, backend = 'app') {
    this.#haproxy = haproxy;
    this.#backend = backend;
    this.#done = this.#watch();
  }

  async stop(): Promise<PoolSeen> {
    this.#running = false;
    await this.#done;
    return { samples: this.#samples, fewest: this.#fewest, course: this.#course };
  }

  async #watch(): Promise<void> {
    while (this.#running) {
      const nextMs = performance.now() + EVERY_MS;
      const statistics = await this.#haproxy.ask('show stat').catch(() => null);
      if (statistics !== null) this.#note(statistics);
      const restMs = Math.max(0, nextMs - performance.now());
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  #note(statistics: string): void {
    const [head = '', ...lines] = statistics.replace(/^# /u, '').split('\n');
    const column = head.split(',').indexOf('status');
    const rows = lines
      .map((line) => line.split(','))
      .filter(([backend, name]) => backend === this.#backend && name !== 'BACKEND');
    const out = rows.filter((fields) => !(fields[column] ?? '').startsWith('UP'));
    const taking = rows.length - out.length;
    this.#samples += 1;
    this.#fewest = Math.min(this.#fewest, taking);
    const shown = out.map((fields) => `${fields[1]} ${fields[column]}`).join(', ');
    if (shown === this.#last) return;
    this.#last = shown;
    const seconds = ((performance.now() - this.#beganMs) / 1000).toFixed(1);
    this.#course.push(`${seconds}s ${taking} in the pool; out: ${shown || 'none'}`);
  }
}
