/** What `runsheet servers` is told: what each server of an environment runs, and how that came there. */
import type { KeptMove } from './pool-move.ts';
import type { PreflightResult } from './run.ts';

export interface ShowServersInput {
  readonly service: string;
  readonly environment: string;
  readonly servers: readonly string[];
  /** Of the person who asks. */
  readonly language: 'zh' | 'en';
  /** Also what each server has kept, and what is on record as good there. */
  readonly withKept?: true;
}

/** A release that could be started again as it ran. */
export interface KeptVersion {
  readonly version: string;
  readonly digest: string;
}

/** Of a run that succeeded there. */
export interface GoodVersion extends KeptVersion {
  readonly workflowId: string;
  readonly endedAtMs: number;
  /** Somebody has gone back from it to an earlier one since. */
  readonly wasLeft: boolean;
}

export interface ServerStates {
  readonly servers: readonly ShownServer[];
  /** The balancer and the record store, where they could not be asked; of the others nothing is said. */
  readonly silent: readonly PreflightResult[];
  /** Newest first; absent: nobody asked. */
  readonly good?: readonly GoodVersion[];
}

/** Its checks say why a server could not be asked, and are empty where it could. */
export interface ShownServer extends PreflightResult {
  /** What the balancer finds; null: it checks nothing, or could not be asked. */
  readonly healthy: boolean | null;
  /** The run that started what runs there, where it is on record; null: it is not. */
  readonly run: RunOnRecord | null;
  /** Where it is in maint and that is on record: who has taken it out. */
  readonly moved?: KeptMove;
  /** The last started first; absent: nobody asked. */
  readonly kept?: readonly KeptVersion[];
}

export interface RunOnRecord {
  readonly workflowId: string;
  /** What it was to deploy. */
  readonly version: string;
  readonly outcome: string;
  readonly endedAtMs: number;
}
