import type { Localized } from '../diagnostics/diagnostic.ts';
import type { Connections, ServerConnection } from '../ports/connections.ts';
import type { Balancer } from './balancer.ts';
import { startDeathWatch, watchedClaim } from './death-watch.ts';
import {
  choosePorts,
  type EnvironmentOptions,
  environmentVariables,
  type ServersOptions,
  serversOptions,
  startPools,
  startRecords,
} from './environment-settings.ts';
import { claimFolder, type FolderClaim } from './folder-claim.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';
import { provideTemporal, temporalIsConfigured } from './temporal-part.ts';

export interface Environment {
  readonly connections: Connections;
  /** The variables of `.runsheet/env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Settles, with the reason, when a component ended that nobody closed. */
  readonly broken: Promise<Localized>;
  /** Records a process group, so that the next start ends it should this process be killed. */
  record(pid: number): Promise<void>;
  /**
   * Sends the load balancer's requests for a server to another address, as if its cable led elsewhere.
   * @param address null: the server's own again
   * @throws Error that names a server that is in no pool
   */
  moveBalancerTarget(
    server: string,
    address: { readonly host: string; readonly port: number } | null,
  ): Promise<void>;
  /** Stops the services, the load balancer, the database and Temporal; safe to call twice. */
  close(): Promise<void>;
}

interface Part {
  close(): Promise<void>;
}

/** Components that are handed in: a test may replace the servers and the registry. */
export interface EnvironmentParts {
  startServers(
    options: ServersOptions,
  ): Promise<
    Part & { readonly connections: readonly ServerConnection[]; readonly ended: Promise<Localized> }
  >;
  /** Ends the services on these servers, including those that a killed predecessor left. */
  stopServices(stateFolder: string, names: readonly string[]): Promise<void>;
  startRegistry(folder: string, port: number): Promise<Part & { readonly url: string }>;
}

/**
 * Starts everything that a project needs on this machine, and publishes it in `.runsheet` once all is ready.
 * @throws EmbeddedError ALREADY_RUNNING if one is already running in the same folder, PORT_IN_USE,
 * NO_TEMPORAL_SERVER, NOT_ANSWERING; nothing is left running then
 */
export async function assembleEnvironment(
  options: EnvironmentOptions,
  given: EnvironmentParts,
): Promise<Environment> {
  const state = await openStateFolder(options.projectFolder);
  const held = await claimFolder(state.file('dev.lock'), options.projectFolder);
  const watch = options.deathWatch ?? startDeathWatch(state.file('servers'));
  const claim = watchedClaim(held, watch);
  const parts: Part[] = [];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(state, parts, claim);
    return closing;
  };
  try {
    await state.withdraw();
    // They hold the ports that the servers will use again.
    await given.stopServices(
      state.path,
      options.servers.map(({ name }) => name),
    );
    const started = await startParts(options, given, state, claim, parts);
    const env = environmentVariables(started.connections, options);
    await state.publish(started.connections, env);
    return {
      connections: started.connections,
      env,
      broken: started.broken,
      record: (pid) => claim.record(pid),
      moveBalancerTarget: async (server, address) => started.balancer.moveTarget(server, address),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface StartedParts {
  readonly connections: Connections;
  readonly balancer: Balancer;
  readonly broken: Promise<Localized>;
}

async function startParts(
  options: EnvironmentOptions,
  given: EnvironmentParts,
  state: StateFolder,
  claim: FolderClaim,
  parts: Part[],
): Promise<StartedParts> {
  const say = options.onProgress ?? (() => undefined);
  const chosen = await choosePorts(options, state);
  const { ports } = chosen;
  parts.push({ close: () => chosen.release() });
  /** Whatever has started is closed again, even if another component failed meanwhile. */
  const keep = async <Started extends Part>(
    starting: Promise<Started>,
    name: Localized,
  ): Promise<Started> => {
    const part = await starting;
    parts.push(part);
    say(name);
    return part;
  };
  const temporalStarting = keep(provideTemporal(options, ports, state, claim), {
    zh: 'Temporal 已就绪',
    en: 'Temporal is ready',
  });
  if (temporalIsConfigured(options)) await temporalStarting;
  const starting = [
    temporalStarting,
    keep(startRecords(options, state, ports), {
      zh: '部署记录库已就绪',
      en: 'record database is ready',
    }),
    keep(given.startRegistry(state.file('registry'), ports['registry'] ?? 0), {
      zh: '镜像仓库已就绪',
      en: 'registry is ready',
    }),
    keep(given.startServers(serversOptions(options, ports, state)), {
      zh: '服务器已就绪',
      en: 'servers are ready',
    }),
    keep(startPools(options, ports, state), { zh: '负载均衡已就绪', en: 'load balancer is ready' }),
  ] as const;
  const failed = (await Promise.allSettled(starting)).find(
    (result) => result.status === 'rejected',
  );
  if (failed !== undefined) throw failed.reason;
  const [temporal, records, registry, servers, balancer] = await Promise.all(starting);
  await state.writePorts({ ...ports, ...temporal.ports });
  const connections: Connections = {
    temporal: temporal.connection,
    servers: servers.connections,
    balancer: { adminUrl: balancer.adminUrl, pools: balancer.pools },
    registry: { url: registry.url },
    database: { url: records.url },
  };
  return {
    connections,
    balancer,
    broken: Promise.race([temporal.ended, records.ended, servers.ended]),
  };
}

/** A component that fails to close does not keep the others open. */
async function closeAll(
  state: StateFolder,
  parts: readonly Part[],
  claim: FolderClaim,
): Promise<void> {
  await state.withdraw();
  const results = await Promise.allSettled(parts.map((part) => part.close()));
  await claim.release();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
