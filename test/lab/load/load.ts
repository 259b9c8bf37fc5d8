/** Customers: requests at a steady rate, each sent once on a connection of its own, and counted. */
import { request } from 'node:http';
import { MARK } from '../support/haproxy.ts';

const TICK_MS = 10;
/** Longer than any answer of the service takes. */
const ANSWER_LIMIT_MS = 20_000;
const SLOW_PATH = '/slow';
const FAILURES_KEPT = 10;

export interface LoadOptions {
  readonly url: string;
  /** Stands in HAProxy's log beside each of these requests. */
  readonly mark: string;
  readonly perSecond: number;
  /** Every so many requests one asks for what takes 5 s; 0: none. */
  readonly slowEvery: number;
}

export interface LoadSeen {
  readonly sent: number;
  /** Status, or `error`, → how many. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slow: number;
  readonly longestMs: number;
  /** The first that were not answered with 200. */
  readonly failures: readonly string[];
  /** Versions in the answers, counted. */
  readonly versions: Readonly<Record<string, number>>;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #beganMs = performance.now();
  readonly #open = new Set<Promise<void>>();
  readonly #statuses: Record<string, number> = {};
  readonly #versions: Record<string, number> = {};
  readonly #failures: string[] = [];
  #sent = 0;
  #slow = 0;
  #longestMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#catchUp(), TICK_MS);
  }

  get sent(): number {
    return this.#sent;
  }

  /** Sends no more, and waits for the last answer. */
  async stop(): Promise<LoadSeen> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    return {
      sent: this.#sent,
      statuses: this.#statuses,
      slow: this.#slow,
      longestMs: Math.round(this.#longestMs),
      failures: this.#failures,
      versions: this.#versions,
    };
  }

  /** As many as the rate asks for by now. */
  #catchUp(): void {
    const due = ((performance.now() - this.#beganMs) / 1000) * this.#options.perSecond;
    while (this.#sent < due) {
      this.#sent += 1;
      const { slowEvery } = this.#options;
      const slow = slowEvery > 0 && this.#sent % slowEvery === 0;
      if (slow) this.#slow += 1;
      const asked = this.#ask(slow ? SLOW_PATH : '/version').finally(() =>
        this.#open.delete(asked),
      );
      this.#open.add(asked);
    }
  }

  async #ask(path: string): Promise<void> {
    const began = performance.now();
    const { status, body } = await once(`${this.#options.url}${path}`, this.#options.mark);
    const tookMs = performance.now() - began;
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const version = /"version":"([^"]*)"/u.exec(body)?.[1];
    if (version !== undefined) this.#versions[version] = (this.#versions[version] ?? 0) + 1;
    if (status === '200' || this.#failures.length >= FAILURES_KEPT) return;
    const at = new Date().toISOString();
    this.#failures.push(`${at} ${path}: ${status} after ${Math.round(tookMs)} ms ${body}`);
  }
}

function once(
  url: string,
  mark: string,
): Promise<{ readonly status: string; readonly body: string }> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ status: 'error', body: error.message });
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const options = { agent: false, headers: { [MARK]: mark }, signal };
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () =>
        resolve({
          status: String(response.statusCode),
          body: Buffer.concat(chunks).toString().slice(0, 200),
        }),
      );
    });
    outgoing.on('error', failed);
    outgoing.end();
  });
}
