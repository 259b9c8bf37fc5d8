/** What the traffic process saw; sent to its parent over IPC. Times in milliseconds. */
export interface TrafficReport {
  readonly sent: number;
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

/** What the parent says to the traffic process. */
export type TrafficCommand =
  | { readonly kind: 'report' }
  /** Starts counting from zero; requests under way are counted where they began. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'slow'; readonly count: number; readonly milliseconds: number }
  | { readonly kind: 'stop' };
