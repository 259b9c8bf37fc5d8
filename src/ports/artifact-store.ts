/** Files of a run that are too large for history: reports, logs. Names are checked against `..` and links. */
export interface ArtifactStore {
  /** @returns a reference, for example `artifact:<requestId>/junit.xml`. */
  write(requestId: string, name: string, content: Buffer | string): Promise<string>;
  read(reference: string): Promise<Buffer | null>;
  /** Folder of this run on the worker, for checkouts and logs. */
  folder(requestId: string): Promise<string>;
}
