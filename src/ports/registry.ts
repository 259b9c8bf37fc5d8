/** The image registry as the worker sees it. */
export interface Registry {
  /** Pushes and returns the registry's own answer to the digest. */
  push(
    localReference: string,
    repository: string,
    tag: string,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (text: string) => void },
  ): Promise<{ readonly digest: string }>;
  /** Answers and accepts our credentials. @throws PortError otherwise */
  ping(): Promise<void>;
  /** null: no such tag or digest. */
  resolve(repository: string, reference: string): Promise<RegistryImage | null>;
}

export interface RegistryImage {
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What a server has to fetch, compressed. */
  readonly sizeBytes: number;
}

/** Resolved whenever it is needed, and kept nowhere. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}
