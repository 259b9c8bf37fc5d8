/** How releases are built, kept and run: as processes, or as containers. */
import { hostname } from 'node:os';
import type { Dispatcher } from 'undici';
import { createArchiveBuilder } from '../adapters/archive/archive-builder.ts';
import { assertSafeArchive } from '../adapters/archive/safe-archive.ts';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { createDockerImages } from '../adapters/docker-build/docker-images.ts';
import { createProcessRuntime } from '../adapters/process-runtime/process-runtime.ts';
import { createOciClient } from '../adapters/registry/oci-client.ts';
import { createImageResolver, createOciRegistry } from '../adapters/registry/oci-registry.ts';
import { quoteArgv } from '../adapters/ssh/quote.ts';
import { buildsFolderOf } from '../config/builds-folder.ts';
import type { Environment } from '../config/environment.ts';
import type { ProjectFile, RegistryConnection } from '../config/project-file.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Fence } from '../ports/fence.ts';
import type { Ports } from '../ports/ports.ts';
import type { ServerHosts } from '../ports/server-host.ts';

type Given = Pick<Ports, 'commands' | 'secrets'> & {
  readonly project: ProjectFile;
  readonly environment: Environment;
  readonly registry: RegistryConnection;
  /** By which way requests leave for the registry; undefined: directly. */
  readonly dispatcher: Dispatcher | undefined;
};

export interface Images extends Pick<Ports, 'builder' | 'registry'> {
  /** What runs them on servers. */
  createRuntime(hosts: ServerHosts, fence: Fence): ContainerRuntime;
}

export function createImages(given: Given): Images {
  const images =
    given.project.settings.image.kind === 'docker' ? containers(given) : processes(given);
  const place = `${hostname()}:${given.project.folder}`;
  return { ...images, builder: { ...images.builder, place } };
}

function containers(given: Given): Images {
  const { commands, secrets, project, environment, registry, dispatcher } = given;
  const { image, container } = project.settings;
  const login = loginOf(given);
  const client = createOciClient({ url: registry.url, dispatcher, ...login });
  const resolver = createImageResolver(client, registry.pullHost);
  const images = createDockerImages({
    commands,
    secrets,
    environment,
    registryHost: new URL(registry.url).host,
    resolver,
    ...login,
  });
  const sockets = new Map(
    project.connections.servers.map(({ name, dockerSocket }) => [name, dockerSocket]),
  );
  const createRuntime = (hosts: ServerHosts, fence: Fence): ContainerRuntime =>
    createDockerRuntime({
      hosts,
      fence,
      socketOf: (server) => sockets.get(server),
      registryHost: registry.pullHost,
      repository: image.repository,
      quote: quoteArgv,
      ...(container.name !== undefined && { containerName: container.name }),
      ...login,
    });
  return { ...images, createRuntime };
}

function processes(given: Given): Images {
  const buildsFolder = buildsFolderOf(given.project.folder);
  const registry = createOciRegistry({
    url: given.registry.url,
    pullHost: given.registry.pullHost,
    buildsFolder,
    dispatcher: given.dispatcher,
    ...loginOf(given),
  });
  return {
    builder: createArchiveBuilder({ buildsFolder }),
    registry,
    createRuntime: (hosts) =>
      createProcessRuntime({
        hosts,
        fetch: (repository, digest, toFile, signal) =>
          registry.fetch(repository, digest, toFile, signal),
        assertSafe: (name, file) => assertSafeArchive(name, file),
        quote: quoteArgv,
      }),
  };
}

/** The password is resolved each time it is needed, and never kept. */
function loginOf({ registry, secrets }: Given) {
  const { username, password } = registry;
  if (username === undefined || password === undefined) return {};
  const login = async () => ({ username, password: (await secrets.resolve(password)).reveal() });
  return { login };
}
