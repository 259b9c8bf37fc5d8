/** Where `version` becomes a commit, and a commit a clean checkout. */
export interface SourceRepository {
  /** @throws PortError `not-found` where the version names no commit. */
  resolve(version: string): Promise<{ readonly revision: string; readonly kind: 'git' | 'folder' }>;
  /** Makes (or reuses, unchanged) a clean checkout in `folder`. */
  checkout(revision: string, folder: string): Promise<void>;
  /** The files that a checkout of it holds, links included; relative to its folder, with `/`. */
  files(revision: string): Promise<ReadonlySet<string>>;
}
