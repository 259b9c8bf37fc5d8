/** One leased server, and the runtime over its one SSH connection. */
import { createDockerRuntime } from '../../../../src/adapters/docker/docker-runtime.ts';
import { quoteArgv } from '../../../../src/adapters/ssh/quote.ts';
import { createSshHosts } from '../../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../../src/ports/connections.ts';
import type { ContainerRuntime, ReleaseStart } from '../../../../src/ports/container-runtime.ts';
import type { ServerHosts } from '../../../../src/ports/server-host.ts';
import { type Lease, leaseServers } from '../../support/lease.ts';
import { IDENTITY_FILE, machine } from '../../support/machine.ts';
import type { LabServer } from '../../support/server.ts';

export const SERVICE = 'quotes';
export const PORT = 8080;

export interface Place {
  readonly server: LabServer;
  readonly runtime: ContainerRuntime;
  readonly hosts: ServerHosts;
  /** As root, past SSH. @returns what it printed, without the last line end */
  shell(script: string): Promise<string>;
  /** A runtime of its own, as another worker has, or one that is set otherwise. */
  another(options?: PlaceOptions): Other;
  close(): Promise<void>;
}

export interface Other {
  readonly runtime: ContainerRuntime;
  readonly hosts: ServerHosts;
}

export interface PlaceOptions {
  readonly repository?: string;
  readonly registryHost?: string;
  readonly socket?: string;
  readonly containerName?: string;
  readonly connection?: Partial<ServerConnection>;
  readonly login?: () => Promise<{ username: string; password: string }>;
}

export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
  const lease = await leaseServers(1);
  const [server] = lease.servers;
  if (server === undefined) throw new Error('no server was leased');
  return placeOn(lease, server, options);
}

function placeOn(lease: Lease, server: LabServer, options: PlaceOptions): Place {
  const opened: ServerHosts[] = [];
  const another = (changed: PlaceOptions = {}): Other => {
    const { connection, socket, ...rest } = { ...options, ...changed };
    const hosts = createSshHosts([{ ...connectionOf(server), ...connection }]);
    opened.push(hosts);
    const runtime = createDockerRuntime({
      hosts,
      registryHost: machine().pullRegistry,
      repository: 'docker/app',
      quote: quoteArgv,
      ...(socket !== undefined && { socketOf: () => socket }),
      ...rest,
    });
    return { runtime, hosts };
  };
  return {
    server,
    ...another(),
    another,
    shell: async (script) => (await server.shell(script)).trimEnd(),
    async close() {
      await Promise.all(opened.map((hosts) => hosts.close()));
      lease.close();
    },
  };
}

function connectionOf({ name, address, hostKey }: LabServer): ServerConnection {
  return {
    name,
    environment: 'production',
    host: address,
    user: 'root',
    identityFiles: [IDENTITY_FILE],
    hostKeys: [hostKey],
    serviceAddress: address,
    servicePort: PORT,
    baseFolder: '/var/lib/runsheet',
  };
}

/** How a release of the lab's service is started. */
export function startOf(digest: string, version: string, runId: string): ReleaseStart {
  return { digest, version, runId, command: [], environment: {}, port: PORT };
}
