/** Servers of the lab as the SSH adapter sees them, and what can be done to their sshd. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSshHosts, type SshHostsOptions } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import type { ServerHosts } from '../../../src/ports/server-host.ts';
import { leaseServers } from '../support/lease.ts';
import { IDENTITY_FILE } from '../support/machine.ts';
import type { LabServer } from '../support/server.ts';
import { until } from '../support/shell.ts';

export interface SshLab {
  readonly servers: readonly LabServer[];
  /** For files of a test. */
  readonly folder: string;
  /** Hosts over these servers, closed with the lab. */
  hosts(
    changes?: Partial<ServerConnection> & { readonly at?: number },
    options?: SshHostsOptions,
  ): ServerHosts;
  file(name: string, content: string, mode?: number): Promise<string>;
  close(): Promise<void>;
}

/** Leases servers; each is called by its own name. */
export async function openSshLab(count: number): Promise<SshLab> {
  const lease = await leaseServers(count);
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-lab-ssh-'));
  const opened: ServerHosts[] = [];
  return {
    servers: lease.servers,
    folder,
    hosts({ at = 0, ...changes } = {}, options = {}) {
      const server = lease.servers[at];
      if (server === undefined) throw new Error(`no server ${at}`);
      const hosts = createSshHosts([{ ...connectionOf(server), ...changes }], options);
      opened.push(hosts);
      return hosts;
    },
    async file(name, content, mode = 0o600) {
      const path = join(folder, name);
      await writeFile(path, content, { mode });
      return path;
    },
    async close() {
      await Promise.all(opened.map((hosts) => hosts.close()));
      await rm(folder, { recursive: true, force: true });
      lease.close();
    },
  };
}

export function connectionOf(server: LabServer): ServerConnection {
  return {
    name: server.name,
    environment: 'production',
    host: server.address,
    user: 'root',
    identityFiles: [IDENTITY_FILE],
    hostKeys: [server.hostKey],
    servicePort: 8080,
    baseFolder: '/srv/runsheet',
  };
}

/** One more sshd on a server, with settings of its own. @returns ends it */
export async function startSshd(
  server: LabServer,
  port: number,
  settings: readonly string[],
  configFile = '/etc/ssh/sshd_config',
): Promise<() => Promise<void>> {
  const options = settings.map((each) => `-o '${each}'`).join(' ');
  const pidFile = `/run/sshd-${port}.pid`;
  await server.shell(`/usr/sbin/sshd -f ${configFile} -p ${port} -o PidFile=${pidFile} ${options}`);
  return async () => {
    await server.shell(`kill "$(cat ${pidFile})"; rm -f ${pidFile}`);
  };
}

/** Command lines on the server that match a pattern, without those of who looks. */
export async function processesLike(
  server: LabServer,
  pattern: string,
): Promise<readonly string[]> {
  const said = await server.shell(`ps -eo args= | grep -E -- '${pattern}' || :`);
  return said.split('\n').filter((line) => line !== '' && !line.startsWith('grep '));
}

export async function untilRuns(server: LabServer, pattern: string): Promise<void> {
  const runs = async (): Promise<boolean> => (await processesLike(server, pattern)).length > 0;
  await until(`something like ${pattern} runs on ${server.name}`, runs);
}

export async function untilGone(
  server: LabServer,
  pattern: string,
  limitMs: number,
): Promise<void> {
  const gone = async (): Promise<boolean> => (await processesLike(server, pattern)).length === 0;
  await until(`nothing like ${pattern} runs on ${server.name}`, gone, limitMs);
}
