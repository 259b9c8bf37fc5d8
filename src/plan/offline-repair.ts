/** What `runsheet repair --offline` asks of the program that holds the keys, and what that tells. */
import type { ServerStates } from './shown-server.ts';

/** Read from its standard input, as JSON. */
export interface OfflineRequest {
  readonly service: string;
  readonly environment: string;
  readonly servers: readonly string[];
  /** Of the person who asks. */
  readonly language: 'zh' | 'en';
  /** Absent: only a look. */
  readonly repair?: OfflineRepair;
}

export interface OfflineRepair {
  /** That every server is to run. */
  readonly version: string;
  readonly reason: string;
  /** Who asks, as runsheet.yaml knows them. */
  readonly by: string;
}

/** Written to its standard output, one a line. */
export type OfflineEvent =
  | { readonly kind: 'states'; readonly states: ServerStates }
  /** What has been done so far. */
  | { readonly kind: 'line'; readonly text: string }
  /** Nothing has been changed. */
  | { readonly kind: 'refused'; readonly text: string }
  | OfflineEnd;

export interface OfflineEnd {
  readonly kind: 'ended';
  /** stopped: something has been changed, and it is not done. */
  readonly outcome: 'succeeded' | 'stopped';
  /** What stopped it; null: nothing did. */
  readonly text: string | null;
  /** As every server stands now. */
  readonly states: ServerStates;
}
