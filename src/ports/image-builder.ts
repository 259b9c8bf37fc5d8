import type { CommandResult } from './command-runner.ts';

/** Builds an image (or release archive) on the worker. */
export interface ImageBuilder {
  /** Names the machine and folder that hold what it has built; absent: there is no other. */
  readonly place?: string;
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
  /** How a container image is built; release archives have none. */
  readonly docker?: DockerBuildOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  /** Awaited once the tool that builds has ended, well or not; archives are built by none. */
  readonly onEnded?: (build: EndedBuild) => Promise<void>;
}

export interface EndedBuild
  extends Pick<CommandResult, 'stdout' | 'stderr' | 'exitCode' | 'durationMs'> {
  readonly argv: readonly string[];
  readonly startedAtMs: number;
}

/** How `docker build` is called. Part of a project's pinned settings. */
export interface DockerBuildOptions {
  /** Path in the context. */
  readonly file: string;
  readonly target?: string;
  /** Of the steps of the build: `none`, `host` or a network's name. */
  readonly network?: string;
  readonly platforms: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  /** Secret id → `secret://` reference: mounted while the image is built, in no layer. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

export interface BuiltImage {
  /** Local handle that Registry.push takes. */
  readonly localReference: string;
  readonly sizeBytes: number;
}
