/** Starts Temporal again where it dies: its runs are in its database, and whoever uses it reconnects. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { TemporalServer } from './temporal-server.ts';

/** A server that ran this long does not count as a failed start. */
const STABLE_MS = 20_000;
const MOST_FAILED_STARTS = 5;
const FIRST_BACKOFF_MS = 250;

export interface TemporalSupervisorOptions {
  /** @param former the server that has ended: the next one listens where it did */
  readonly start: (former: TemporalServer | null) => Promise<TemporalServer>;
  /** Told that it has ended, and that it is there again. */
  readonly onProgress: (text: Localized) => void;
}

export interface SupervisedTemporal {
  readonly server: TemporalServer;
  /** Settles when it is not started again any more. */
  readonly ended: Promise<Localized>;
  close(): Promise<void>;
}

/** @throws as `start`, where the first one does not come up */
export async function superviseTemporal(
  options: TemporalSupervisorOptions,
): Promise<SupervisedTemporal> {
  const first = await options.start(null);
  const supervisor = new TemporalSupervisor(options, first);
  return { server: first, ended: supervisor.run(), close: () => supervisor.close() };
}

class TemporalSupervisor {
  readonly #options: TemporalSupervisorOptions;
  readonly #closing = new AbortController();
  #server: TemporalServer;
  #starting: Promise<unknown> = Promise.resolve();
  #failedStarts = 0;

  constructor(options: TemporalSupervisorOptions, first: TemporalServer) {
    this.#options = options;
    this.#server = first;
  }

  /** @returns why it is given up; never, once it is closed */
  async run(): Promise<Localized> {
    for (;;) {
      const startedMs = Date.now();
      let how = await this.#server.ended;
      if (Date.now() - startedMs >= STABLE_MS) this.#failedStarts = 0;
      for (;;) {
        if (this.#closing.signal.aborted) return new Promise(() => undefined);
        this.#failedStarts += 1;
        if (this.#failedStarts > MOST_FAILED_STARTS) return givenUp(how);
        this.#options.onProgress(startsAgain(how));
        const failed = await this.#startAgain();
        if (failed === null) break;
        how = failed;
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#starting;
    await this.#server.close();
  }

  /** @returns why it did not come up; null: it did */
  async #startAgain(): Promise<Localized | null> {
    const backoffMs = FIRST_BACKOFF_MS * 2 ** (this.#failedStarts - 1);
    await sleep(backoffMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    if (this.#closing.signal.aborted) return null;
    const starting = this.#replace();
    this.#starting = starting;
    return starting;
  }

  async #replace(): Promise<Localized | null> {
    try {
      // What it listened on beside its own process, and what is left of that.
      await this.#server.close();
      this.#server = await this.#options.start(this.#server);
      this.#options.onProgress({ zh: 'Temporal 已恢复', en: 'Temporal is ready again' });
      return null;
    } catch (error) {
      if (!(error instanceof EmbeddedError)) throw error;
      return error.diagnostic.message;
    }
  }
}

function startsAgain({ zh, en }: Localized): Localized {
  return {
    zh: `Temporal 已退出（${zh}），正在重启`,
    en: `Temporal ended (${en}); starting it again`,
  };
}

function givenUp({ zh, en }: Localized): Localized {
  return {
    zh: `Temporal 反复退出，不再重启（${zh}）`,
    en: `Temporal keeps ending and is not started again (${en})`,
  };
}
