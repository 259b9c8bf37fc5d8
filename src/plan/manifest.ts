/** What a release runs with, as it is kept beside it on its server. */
import type { ContainerOptions } from '../ports/container-runtime.ts';
import type { HealthSettings, ImageSettings, RuntimeSettings } from './settings.ts';

/**
 * Everything with which a release was started, with the names of its run filled in; secrets only as
 * references. It is sealed for its server, so that a restore may believe it.
 */
export interface ReleaseManifest {
  readonly schema: 1;
  readonly project: string;
  readonly service: string;
  readonly environment: string;
  readonly server: string;
  readonly digest: string;
  readonly version: string;
  /** The run that started it. */
  readonly run: string;
  readonly kind: ImageSettings['kind'];
  /** Where it is fetched from, should it be gone from the server. */
  readonly repository: string;
  readonly command: readonly string[];
  /** Literals, and `secret://` references; never a secret's value. */
  readonly variables: Readonly<Record<string, string>>;
  readonly port: number;
  readonly files: readonly ManifestFile[];
  readonly health: HealthSettings;
  /** The path by which it was asked through the load balancer. */
  readonly verifyPath: string;
  /** Where that was asked under another name than `health.host`. */
  readonly verifyHost?: string;
  readonly stop: RuntimeSettings['stop'];
  /** Of containers only. */
  readonly container?: ContainerOptions;
}

/** A configuration file as it was when the release was started. */
export interface ManifestFile {
  readonly path: string;
  readonly mode: string;
  readonly owner?: string;
  /** Of its content, `sha256:` + 64 hex; null: there was none. */
  readonly digest: string | null;
}
