/**
 * What a run leaves that is too large for history, or that a later step or a person reads: reports,
 * logs, verdicts, baselines, delivery marks. All of a project's workers reach the same store.
 */
export interface ArtifactStore {
  /**
   * Replaces what has the name; whoever reads meanwhile gets the one or the other, whole.
   * @returns a reference, for example `artifact:<requestId>/tests/junit.xml`
   * @throws PortError `refused` for a name that would lead out of the run, `invalid` for too many bytes
   */
  write(requestId: string, name: string, content: Buffer | string): Promise<string>;
  /** null: nothing is kept under it. @throws PortError `unavailable` where the store does not answer */
  read(reference: string): Promise<Buffer | null>;
}

/** The same with what the commands need of it, and an end. */
export interface ArtifactArchive extends ArtifactStore {
  /** The artifact of this name of every run that has one, in no order. */
  ofEveryRun(name: string): Promise<readonly ArtifactOfRun[]>;
  /** What is kept, of every run or of one; sorted by run. */
  list(requestId?: string): Promise<ArtifactListing>;
  /** @returns false where it is no longer as it was listed; it stays then */
  remove(artifact: StoredArtifact): Promise<boolean>;
  close(): Promise<void>;
}

export interface ArtifactOfRun {
  readonly requestId: string;
  readonly content: Buffer;
}

export interface ArtifactListing {
  readonly runs: readonly RunListing[];
  /** What lies beside the runs and is none of them, for people. */
  readonly others: readonly string[];
}

export interface RunListing {
  readonly requestId: string;
  /** Where it is kept, for people: a folder, `s3://…`, or the beginning of its references. */
  readonly place: string;
  /** Sorted by name. */
  readonly artifacts: readonly StoredArtifact[];
  /** What lies among the artifacts and is none: links, what cannot be read. */
  readonly others: readonly string[];
}

export interface StoredArtifact {
  readonly requestId: string;
  readonly name: string;
  /** Where it is kept, for people, as in RunListing. */
  readonly place: string;
  readonly bytes: number;
  readonly changedAtMs: number;
  /** Another one once it has been written again. */
  readonly mark: string;
}
