import { posix } from 'node:path';
import type { ServerConnection } from '../../ports/connections.ts';
import { PortError } from '../../ports/port-error.ts';
import type { ServerHost, ServerHosts } from '../../ports/server-host.ts';
import { type ConnectionTimes, type OpenConnection, SharedConnection } from './connection.ts';
import { execOver } from './exec.ts';
import { readOver, writeOver } from './sftp.ts';
import { showHostKey } from './show-host-key.ts';
import { socketOver } from './socket.ts';

const TIMES: ConnectionTimes = { connectTimeoutMs: 10_000, keepaliveMs: 5_000, idleMs: 60_000 };

/**
 * The project's servers over SSH, one connection each, opened when first used.
 * @param times bounds in milliseconds, for tests and slow networks
 */
export function createSshHosts(
  servers: readonly ServerConnection[],
  times: Partial<ConnectionTimes> = {},
): ServerHosts {
  const known = new Map<string, { host: ServerHost; connection: SharedConnection }>();
  for (const server of servers) {
    const connection = new SharedConnection(server, { ...TIMES, ...times });
    known.set(server.name, { host: hostOver(server, connection), connection });
  }
  return {
    get(name) {
      const found = known.get(name);
      if (found !== undefined) return found.host;
      throw new PortError(
        'unknown',
        name,
        `UNKNOWN_SERVER: the project lists no server ${JSON.stringify(name)}.`,
        `Choose one of: ${[...known.keys()].join(', ')}.`,
      );
    },
    async showHostKey(name) {
      const found = servers.find((each) => each.name === name);
      if (found !== undefined) return showHostKey(found, { ...TIMES, ...times });
      throw new PortError('unknown', name, `UNKNOWN_SERVER: ${name}.`, 'Choose a listed server.');
    },
    async close() {
      await Promise.all([...known.values()].map(({ connection }) => connection.close()));
    },
  };
}

function hostOver(server: ServerConnection, shared: SharedConnection): ServerHost {
  const absolute = (path: string): string => posix.resolve(server.baseFolder, path);
  const overSftp = <T>(
    verb: string,
    path: string,
    work: (sftp: Awaited<ReturnType<OpenConnection['sftp']>>) => Promise<T>,
  ): Promise<T> =>
    shared.use(async (connection) => {
      try {
        return await work(await connection.sftp());
      } catch (error) {
        throw fileError(server.name, verb, path, error);
      }
    });
  return {
    name: server.name,
    address: server.serviceAddress ?? server.host,
    servicePort: server.servicePort,
    baseFolder: server.baseFolder,
    exec: (argv, options = {}) =>
      shared.use((connection) => execOver(connection, server.name, argv, options)),
    readFile: (path) => overSftp('read', path, (sftp) => readOver(sftp, absolute(path))),
    async writeFile(path, content, { mode, owner } = {}) {
      await overSftp('write', path, (sftp) =>
        writeOver(sftp, absolute(path), Buffer.from(content), mode),
      );
      if (owner === undefined) return;
      const argv = ['chown', '--', owner, absolute(path)];
      const { exitCode, stderr } = await shared.use((c) => execOver(c, server.name, argv, {}));
      if (exitCode !== 0) throw fileError(server.name, 'give away', path, new Error(stderr.trim()));
    },
    openSocket: (path) => shared.use((connection) => socketOver(connection, server.name, path)),
  };
}

function fileError(server: string, verb: string, path: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new PortError(
    'unavailable',
    server,
    `Cannot ${verb} ${path} on ${server}: ${reason}.`,
    `Check the rights and the free space of ${path} on ${server}.`,
    { cause: error },
  );
}
