/** What the traffic process saw; sent to its parent over IPC. Times in milliseconds. */
export interface TrafficReport {
  /** Requests at the steady rate, and slow ones. */
  readonly sent: number;
  /** With status 200; the rest have failed or are under way. */
  readonly answered: number;
  readonly failed: number;
  /** The first few failures, one line each. */
  readonly failures: readonly string[];
  /** The longest that a request at the steady rate waited for its answer. */
  readonly longestWaitMs: number;
  /** Deliberately slow requests: the time asked for and the time taken. */
  readonly slow: readonly {
    readonly askedMs: number;
    readonly tookMs: number;
    readonly status: number | null;
  }[];
  /** Version in the answer → number of answers. */
  readonly versions: Readonly<Record<string, number>>;
  /** Server → version → number of answers. */
  readonly servers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What the parent asks of the traffic process. */
export type TrafficQuestion =
  | { readonly kind: 'report' }
  /** Resets the count. Answered once every request until then has an answer. */
  | { readonly kind: 'restart' }
  /** Sends requests that take this long, one right behind the other; answered once they are under way. */
  | { readonly kind: 'slow'; readonly milliseconds: number; readonly requests: number }
  /** Answered once every request has an answer. */
  | { readonly kind: 'stop' };

/** The answer repeats the id. */
export type TrafficCommand = TrafficQuestion & { readonly id: number };

export interface TrafficAnswer {
  readonly id: number;
  readonly report: TrafficReport;
}
