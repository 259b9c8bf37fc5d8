import { join } from 'node:path';
import {
  assembleEnvironment,
  type Environment,
  type EnvironmentParts,
} from './assemble-environment.ts';
import type { EnvironmentOptions, ServersOptions } from './environment-settings.ts';
import { startRegistry } from './registry-server.ts';
import { stopAllServices } from './ssh/stop-services.ts';
import { startSshProcess } from './ssh-process.ts';

export type { Environment } from './assemble-environment.ts';
export type { EnvironmentOptions } from './environment-settings.ts';

/** Any user name is accepted: the key decides. */
const USER = 'runsheet';

/** Starts a project's Temporal, SSH servers, registry, load balancer and record database; see `assembleEnvironment`. */
export function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  return assembleEnvironment(options, embeddedParts);
}

const embeddedParts: EnvironmentParts = {
  startRegistry: (folder, port) => startRegistry({ folder, port }),
  startServers,
  stopServices,
};

function baseFolderOf(stateFolder: string, name: string): string {
  return join(stateFolder, 'servers', name);
}

async function stopServices(stateFolder: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => stopAllServices(baseFolderOf(stateFolder, name))));
}

async function startServers(options: ServersOptions): ReturnType<EnvironmentParts['startServers']> {
  const started = await startSshProcess({
    keysFolder: join(options.stateFolder, 'keys'),
    servers: options.servers.map(({ name, sshPort }) => ({
      name,
      port: sshPort,
      baseFolder: baseFolderOf(options.stateFolder, name),
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
      identityFiles: [started.identityFile],
      hostKeys: [server.hostKey],
      serviceAddress: '127.0.0.1',
      servicePort,
      baseFolder: baseFolderOf(options.stateFolder, name),
    };
  });
  const names = options.servers.map(({ name }) => name);
  return {
    connections,
    ended: started.ended,
    async close() {
      // The connections first, so that no service is started while they are stopped.
      await started.close();
      await stopServices(options.stateFolder, names);
    },
  };
}
