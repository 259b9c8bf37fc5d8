/** How releases are built, kept and run: as processes, or as containers. */
import type { Dispatcher } from 'undici';
import { createArchiveBuilder } from '../adapters/archive/archive-builder.ts';
import { assertSafeArchive } from '../adapters/archive/safe-archive.ts';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { createDockerImages } from '../adapters/docker-build/docker-images.ts';
import { createProcessRuntime } from '../adapters/process-runtime/process-runtime.ts';
import { createOciClient } from '../adapters/registry/oci-client.ts';
import { createImageResolver, createOciRegistry } from '../adapters/registry/oci-registry.ts';
import { quoteArgv } from '../adapters/ssh/quote.ts';
import type { Environment } from '../config/environment.ts';
import type { ProjectFile, RegistryConnection } from '../config/project-file.ts';
import { buildsFolderOf } from '../config/runs-folder.ts';
import type { Ports } from '../ports/ports.ts';

type Given = Pick<Ports, 'commands' | 'secrets' | 'hosts'> & {
  readonly project: ProjectFile;
  readonly environment: Environment;
  readonly registry: RegistryConnection;
  /** By which way requests leave for the registry; undefined: directly. */
  readonly dispatcher: Dispatcher | undefined;
};

export type ReleasePorts = Pick<Ports, 'builder' | 'registry' | 'runtime'>;

export function createReleasePorts(given: Given): ReleasePorts {
  return given.project.settings.image.kind === 'docker' ? containers(given) : processes(given);
}

function containers(given: Given): ReleasePorts {
  const { commands, secrets, hosts, project, environment, registry, dispatcher } = given;
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
  const runtime = createDockerRuntime({
    hosts,
    socketOf: (server) => sockets.get(server),
    registryHost: registry.pullHost,
    repository: image.repository,
    quote: quoteArgv,
    ...(container.name !== undefined && { containerName: container.name }),
    ...login,
  });
  return { ...images, runtime };
}

function processes(given: Given): ReleasePorts {
  const { hosts, project } = given;
  const buildsFolder = buildsFolderOf(project.folder);
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
    runtime: createProcessRuntime({
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
