/** Builds an image (or release archive) on the worker. */
export interface ImageBuilder {
  build(request: BuildRequest): Promise<BuiltImage>;
}

export interface BuildRequest {
  /** Folder of the checkout. */
  readonly context: string;
  readonly include: readonly string[];
  readonly repository: string;
  readonly tag: string;
  /** version, revision, template, plan digest, as `runsheet.*` labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface BuiltImage {
  /** Local handle that Registry.push takes. */
  readonly localReference: string;
  readonly sizeBytes: number;
}
