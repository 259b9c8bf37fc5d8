/** What the traffic process saw; sent to its parent over IPC. Times in milliseconds. */
export interface TrafficReport {
  /** Those at the steady rate and the slow ones. */
  readonly sent: number;
  /** With 200; the rest has failed or waits. */
  readonly answered: number;
  readonly failed: number;
  /** First few failures, one line each. */
  readonly failures: readonly string[];
  /** The longest that one request at the steady rate waited for its answer. */
  readonly longestWaitMs: number;
  /** Deliberately slow requests, apart: asked for and taken. */
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
  /** Starts counting from zero. Answered when every request until then has its own answer. */
  | { readonly kind: 'restart' }
  /** Sends a request that takes so long; answered at once. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Answered when every request has its answer. */
  | { readonly kind: 'stop' };

/** The id stands in the answer. */
export type TrafficCommand = TrafficQuestion & { readonly id: number };

export interface TrafficAnswer {
  readonly id: number;
  readonly report: TrafficReport;
}
