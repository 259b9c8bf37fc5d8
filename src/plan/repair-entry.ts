/** What a repair without Temporal leaves on its servers, signed, for the next run to put on record. */

export interface RepairEntry {
  readonly schema: 1;
  /** No other thing that the same key signs says this. */
  readonly kind: 'offline-repair';
  /** As a run's request id. */
  readonly id: string;
  /** As a run's workflow id. */
  readonly name: string;
  readonly project: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** Of the release that every server was to run. */
  readonly digest: string;
  readonly outcome: 'succeeded' | 'failed';
  /** Name and role. */
  readonly who: string;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly servers: readonly RepairedServer[];
}

interface RepairedServer {
  readonly server: string;
  /** Digest of what ran there before; null: nothing did. */
  readonly from: string | null;
  /** Of what ran there at the end; null: nothing, or it could not be asked. */
  readonly to: string | null;
}
