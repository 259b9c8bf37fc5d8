/** One record a run. Writing the same run twice leaves one record with the later content. */
export interface RecordStore {
  write(record: DeploymentRecord): Promise<void>;
  find(requestId: string): Promise<DeploymentRecord | null>;
  /** Newest first. */
  list(limit: number): Promise<readonly DeploymentRecord[]>;
  /** The newest run of it that succeeded there; null: none has. */
  lastSucceeded(release: ReleaseName): Promise<DeploymentRecord | null>;
  /** Those that succeeded there, newest first. */
  succeeded(place: RecordPlace, limit: number): Promise<readonly DeploymentRecord[]>;
}

/** A service in an environment. */
export type RecordPlace = Pick<DeploymentRecord, 'service' | 'environment'>;

/** A version of a service in an environment. */
export type ReleaseName = Pick<DeploymentRecord, 'service' | 'environment' | 'version'>;

export interface DeploymentRecord {
  readonly requestId: string;
  readonly workflowId: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly revision: string | null;
  readonly digest: string | null;
  readonly planDigest: string;
  readonly outcome: string;
  readonly requestedBy: string;
  /** Who approved it, with their role; empty: nobody had to. */
  readonly approvals: readonly string[];
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly servers: readonly string[];
  readonly report: string;
}
