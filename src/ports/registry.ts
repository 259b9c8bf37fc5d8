/** What a run does with a repository. */
export type RegistryRight = 'pull' | 'push';

/** The image registry as the worker sees it. */
export interface Registry {
  /** `host` or `host:port` by which a name may say that an image is here; the worker's own first. */
  readonly hosts: readonly string[];
  /** Pushes and returns the registry's own answer to the digest. */
  push(
    localReference: string,
    repository: string,
    tag: string,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (text: string) => void },
  ): Promise<{ readonly digest: string }>;
  /**
   * Proves that the registry answers and that our credentials may do this with the repository, which
   * need not be there yet. Leaves nothing behind.
   * @throws PortError `not-found` where our credentials are taken and the repository is not shown to
   * them, which is so before the first push as well; another one for what is wrong
   */
  mayUse(repository: string, right: RegistryRight): Promise<void>;
  /**
   * @param platform of an image for several, the one whose labels and time are read; where there is
   * none of it, another's are
   * @returns null: no such tag or digest
   * @throws PortError as `mayUse` does
   */
  resolve(repository: string, reference: string, platform?: string): Promise<RegistryImage | null>;
}

export interface RegistryImage {
  readonly digest: string;
  /** Labels of the image's configuration, and annotations of its manifest where no label has that name. */
  readonly labels: Readonly<Record<string, string>>;
  /** For example `linux/arm64`; empty: a release that runs as a process, which is for any. */
  readonly platforms: readonly string[];
  /** null: not known. Builds that are to be reproducible leave it out, or say 1970 or 1980. */
  readonly createdAtMs: number | null;
  /** What a server has to fetch, compressed. */
  readonly sizeBytes: number;
}

/** Resolved whenever it is needed, and kept nowhere. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}
