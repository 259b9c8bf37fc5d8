/** One real server of the lab: sshd and a Docker Engine, with a service of its own on it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDockerRuntime } from '../../../src/adapters/docker/docker-runtime.ts';
import { quoteArgv } from '../../../src/adapters/ssh/quote.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import type { ReleaseStart } from '../../../src/ports/container-runtime.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';

const {
  LAB_RUN: RUN = '',
  LAB_REGISTRY = '',
  LAB_PUSH = '',
  LAB_DOCKER_SERVER = 'h2',
} = process.env;

export const SERVICE = 'contract';
export const PORT = 8080;
export const REGISTRY = { pull: LAB_REGISTRY, push: LAB_PUSH };

export async function connectionOf(name = LAB_DOCKER_SERVER): Promise<ServerConnection> {
  const known: unknown = JSON.parse(await readFile(join(RUN, 'hosts.json'), 'utf8'));
  const listed = known as readonly { name: string; ip: string; hostKey: string }[];
  const found = listed.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the lab in ${RUN} has no server ${name}`);
  return {
    name,
    environment: 'production',
    host: found.ip,
    port: 22,
    user: 'root',
    identityFiles: [join(RUN, 'id_ed25519')],
    hostKeys: [found.hostKey],
    serviceAddress: found.ip,
    servicePort: PORT,
    baseFolder: '/var/lib/runsheet',
  };
}

/** Digest that the registry has for a tag of the lab's images. */
export async function digestOf(tag: string, repository = 'app'): Promise<string> {
  const accept = 'application/vnd.docker.distribution.manifest.v2+json';
  const url = `http://${REGISTRY.push}/v2/${repository}/manifests/${tag}`;
  const answer = await fetch(url, { method: 'HEAD', headers: { accept } });
  const digest = answer.headers.get('docker-content-digest');
  if (digest === null) throw new Error(`the lab's registry has no ${repository}:${tag}`);
  return digest;
}

export interface Server {
  readonly host: ServerHost;
  readonly connection: ServerConnection;
  readonly runtime: ReturnType<typeof createDockerRuntime>;
  /** Runs a shell line on the server; its output without the last line end. */
  sh(line: string): Promise<string>;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly registryHost?: string;
  readonly socketPath?: string;
  readonly connection?: Partial<ServerConnection>;
  readonly login?: () => Promise<{ username: string; password: string }>;
}

/** A server on which nothing of the service is left. */
export async function openServer(options: ServerOptions = {}): Promise<Server> {
  const connection = { ...(await connectionOf()), ...options.connection };
  const hosts = createSshHosts([connection]);
  const host = hosts.get(connection.name);
  const sh = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await host.exec(['sh', '-c', line]);
    if (exitCode !== 0) throw new Error(`${line}: ${exitCode} ${stderr}`);
    return stdout.trimEnd();
  };
  const runtime = createDockerRuntime({
    hosts,
    registryHost: options.registryHost ?? REGISTRY.pull,
    repository: 'app',
    quote: quoteArgv,
    ...(options.socketPath !== undefined && { socketPath: options.socketPath }),
    ...(options.login !== undefined && { login: options.login }),
  });
  return { host, connection, runtime, sh, close: () => hosts.close() };
}

/** Takes away what a test left of the service, and nothing else. */
export async function clear({ sh, host }: Server): Promise<void> {
  await sh(
    `ids=$(docker ps -aq --filter name='^/(${SERVICE}|other)'); [ -z "$ids" ] || docker rm -f $ids >/dev/null
     ids=$(docker images -q '${REGISTRY.pull}/app' | sort -u); [ -z "$ids" ] || docker rmi -f $ids >/dev/null
     rm -rf ${host.baseFolder}`,
  );
}

export const RELEASE: Pick<ReleaseStart, 'command' | 'environment' | 'port'> = {
  command: [],
  environment: {},
  port: PORT,
};
