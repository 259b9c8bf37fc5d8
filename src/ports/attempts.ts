/** Attempts of activities, as the Temporal server counts them. */

/** One attempt of an activity that may change servers. */
export interface Attempt {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly activity: string;
  readonly attempt: number;
  /** For people: which worker makes it. */
  readonly worker: string;
}

export interface Attempts {
  /** Who asks; null: nobody to whom another one's work could be given. */
  current(): Attempt | null;
  /**
   * @returns those that the server knows and counts on no more. Of which it never heard is another
   * server's, and none of ours to judge
   * @throws PortError `unavailable` where nobody answers
   */
  over(attempts: readonly Attempt[]): Promise<readonly Attempt[]>;
  /** Told of each attempt of this worker that has ended, before the server is. */
  whenEnded(tell: (attempt: Attempt) => void): void;
}
