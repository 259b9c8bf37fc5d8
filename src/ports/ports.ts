import type { ArtifactStore } from './artifact-store.ts';
import type { CommandRunner } from './command-runner.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import type { HttpProbe } from './http-probe.ts';
import type { ImageBuilder } from './image-builder.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { Notifier } from './notifier.ts';
import type { RecordStore } from './record-store.ts';
import type { Registry } from './registry.ts';
import type { Seal } from './seal.ts';
import type { SecretStore } from './secret-store.ts';
import type { ServerHosts } from './server-host.ts';
import type { SourceRepository } from './source-repository.ts';

/** Everything the activities need of the world; worker.ts builds it once. */
export interface Ports {
  readonly commands: CommandRunner;
  readonly source: SourceRepository;
  readonly builder: ImageBuilder;
  readonly registry: Registry;
  readonly hosts: ServerHosts;
  readonly runtime: ContainerRuntime;
  readonly balancer: LoadBalancer;
  readonly http: HttpProbe;
  readonly notifiers: readonly Notifier[];
  readonly records: RecordStore;
  readonly artifacts: ArtifactStore;
  readonly secrets: SecretStore;
  readonly seal: Seal;
}
