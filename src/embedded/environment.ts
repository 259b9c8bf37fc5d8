import { join } from 'node:path';
import {
  assembleEnvironment,
  type Environment,
  type EnvironmentOptions,
  type EnvironmentParts,
  type ServersOptions,
} from './assemble-environment.ts';
import { startRegistry } from './registry-server.ts';
import { startSshServers } from './ssh-server.ts';

export type { Environment, EnvironmentOptions, EnvironmentServer } from './assemble-environment.ts';

/** Any name is let in: the key decides. */
const USER = 'runsheet';

/** Starts Temporal, SSH servers, registry, balancer and records of one project; see `assembleEnvironment`. */
export function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  return assembleEnvironment(options, embeddedParts);
}

const embeddedParts: EnvironmentParts = {
  startRegistry: (folder, port) => startRegistry({ folder, port }),
  startServers,
};

async function startServers(options: ServersOptions): ReturnType<EnvironmentParts['startServers']> {
  const baseFolderOf = (name: string): string => join(options.stateFolder, 'servers', name);
  const started = await startSshServers({
    keysFolder: join(options.stateFolder, 'keys'),
    servers: options.servers.map(({ name, sshPort }) => ({
      name,
      port: sshPort,
      baseFolder: baseFolderOf(name),
    })),
  });
  const connections = options.servers.flatMap(({ name, environment, servicePort }) => {
    const server = started.servers.find((candidate) => candidate.name === name);
    if (server === undefined) return [];
    return {
      name,
      environment,
      host: server.host,
      port: server.port,
      user: USER,
      identityFile: started.identityFile,
      hostKeys: [server.hostKey],
      serviceAddress: '127.0.0.1',
      servicePort,
      baseFolder: baseFolderOf(name),
    };
  });
  return { connections, close: () => started.close() };
}
