/** Where `version` becomes a commit, and a commit a clean checkout. */
export interface SourceRepository {
  /** Every checkout is below it, and nothing that is above it belongs to one. */
  readonly checkoutsFolder: string;
  /** @throws PortError `not-found` where the version names no commit. */
  resolve(version: string): Promise<{ readonly revision: string; readonly kind: 'git' | 'folder' }>;
  /**
   * Makes the run's checkout, or puts the files of one that is there back as pinned.
   * @returns the folder of the source in it
   */
  checkout(revision: string, requestId: string): Promise<string>;
  /** Changes with each new checkout of the run: what commands made in the former one is gone then. */
  checkoutId(requestId: string): Promise<string>;
  /** The files that a checkout of it holds, links included; relative to the source's folder, with `/`. */
  files(revision: string): Promise<ReadonlySet<string>>;
  /**
   * The text of one of its files, links inside the source followed; null: it has no such file.
   * @param path relative to the source's folder
   * @throws PortError `refused` PATH_OUTSIDE_PROJECT where path or link leaves that folder
   */
  read(revision: string, path: string): Promise<string | null>;
  /** What stands in a new checkout for content that is elsewhere; sorted by path, the first 1,000. */
  missing(revision: string, requestId: string): Promise<readonly MissingContent[]>;
}

/** A file or folder of the source whose content the source does not hold. */
export interface MissingContent {
  /**
   * lfs: a pointer of Git LFS; annex: one of git-annex; submodule: a folder that another repository
   * fills; encrypted: by git-crypt; filtered: git's settings here make another content of it.
   */
  readonly kind: 'lfs' | 'annex' | 'submodule' | 'encrypted' | 'filtered';
  /** Relative to the folder of the source. */
  readonly path: string;
}
