/** The project's servers over SSH: one connection each, opened when first used. */
import { posix } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { Attempts } from '../../ports/attempts.ts';
import type { ServerConnection, SshFiles } from '../../ports/connections.ts';
import type { Fence } from '../../ports/fence.ts';
import { PortError } from '../../ports/port-error.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { ExecOptions, ServerHost, ServerHosts } from '../../ports/server-host.ts';
import { failure, phrase, refusal } from '../refusal.ts';
import { type ClaimedServer, Claims } from './claims.ts';
import { readByCommand, writeByCommand } from './command-files.ts';
import type { OpenConnection } from './connection.ts';
import { type Content, inMemory, withContent } from './content.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { reasonOf } from './errors.ts';
import { type ExecOutput, execOver } from './exec.ts';
import type { SshUser } from './expand-path.ts';
import { createKeyReader } from './identities.ts';
import { socketOver } from './open-stream.ts';
import { partSuffix, takeAwayCommand } from './part-name.ts';
import { ConnectionPool } from './pool.ts';
import { readOver, type WriteOptions, writeOver } from './sftp.ts';
import { noiseTeller } from './shell-noise.ts';
import { showHostKey } from './show-host-key.ts';
import { tellOnce } from './tell-once.ts';

export interface SshHostsOptions {
  readonly files?: SshFiles;
  /** Who the worker is: home folder, agent. Absent: nobody's files are read. */
  readonly user?: SshUser;
  readonly secrets?: SecretStore;
  /** Told once of each thing that the SSH configuration asks for and that is not done. */
  readonly onIgnored?: (text: Localized) => void;
  readonly limits?: Partial<SshLimits>;
  /** Asked before each command, before a file is begun and before it takes the former one's place; absent: everybody may. */
  readonly fence?: Fence;
  /** Who makes a change, written down on its server; absent: nobody takes anything over. */
  readonly attempts?: Attempts;
}

export interface SshHosts extends ServerHosts {
  /** Writes down who changes the server over its connection. For what goes over a stream that is open. */
  claim(server: string): Promise<void>;
}

export interface SshLimits {
  readonly connectTimeoutMs: number;
  /** A server that froze is given up after four of these. */
  readonly keepaliveMs: number;
  readonly idleMs: number;
  readonly queueMs: number;
  /** Logins under way at once, for the whole worker. */
  readonly opening: number;
  /** Connections at once; above it the one that was idle longest is closed. */
  readonly connections: number;
  /** Of one server: commands with the SFTP channel, and streams to sockets. */
  readonly sessions: number;
  readonly sockets: number;
}

const LIMITS: SshLimits = {
  connectTimeoutMs: 10_000,
  keepaliveMs: 3_000,
  idleMs: 10 * 60_000,
  queueMs: 2 * 60_000,
  opening: 16,
  connections: 256,
  sessions: 9,
  sockets: 64,
};

const NO_FILES: SshFiles = { configFile: '/dev/null', knownHostsFiles: [] };
const NOBODY: SshUser = { name: 'root', home: '/nonexistent', agentSocket: null, environment: {} };

/** @throws PortError from what it returns, never here: what is wrong with one server is that server's */
export function createSshHosts(
  servers: readonly ServerConnection[],
  options: SshHostsOptions = {},
): SshHosts {
  const limits = { ...LIMITS, ...options.limits };
  const { secrets = null, onIgnored = () => undefined, fence, attempts } = options;
  const claims = attempts === undefined ? null : new Claims(attempts, tellOnce(onIgnored));
  const pool = new ConnectionPool({
    ...limits,
    keys: createKeyReader(secrets),
    onNoise: noiseTeller(onIgnored),
    ...(fence !== undefined && { fence }),
  });
  const resolve = createResolver(options, limits, pool);
  const known = new Map(
    servers.map((server) => {
      const endpoint = (): Endpoint => resolve(server);
      return [
        server.name,
        { endpoint, ...hostOver(server, pool, endpoint, claims, fence) },
      ] as const;
    }),
  );
  const find = (name: string) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    throw unknownServer(name, [...known.keys()]);
  };
  return {
    get: (name) => find(name).host,
    claim: async (name) => find(name).claim(),
    showHostKey: async (name) => showHostKey(pool, find(name).endpoint()),
    close: () => pool.close(),
  };
}

/** The configuration is read afresh for each connection, and not for each command over it. */
function createResolver(
  { files = NO_FILES, user = NOBODY, onIgnored = () => undefined }: SshHostsOptions,
  { connectTimeoutMs }: SshLimits,
  pool: ConnectionPool,
): (server: ServerConnection) => Endpoint {
  const last = new Map<string, Endpoint>();
  const tell = tellOnce(onIgnored);
  return (server) => {
    const former = last.get(server.name);
    if (former !== undefined && pool.has(former)) return former;
    const endpoint = endpointOf(server, { files, user, connectTimeoutMs, onIgnored: tell });
    last.set(server.name, endpoint);
    return endpoint;
  };
}

function hostOver(
  server: ServerConnection,
  pool: ConnectionPool,
  endpoint: () => Endpoint,
  claims: Claims | null,
  fence: Fence = () => Promise.resolve(),
): { readonly host: ServerHost; readonly claim: () => Promise<void> } {
  const { name, servicePort, baseFolder, sudo = false } = server;
  const absolute = (path: string): string => posix.resolve(baseFolder, path);
  const claimed: ClaimedServer = {
    name,
    baseFolder,
    run(connection, argv, timeoutMs) {
      const { user } = endpoint();
      const call = { server: name, user, sudo, argv, input: inMemory(''), options: { timeoutMs } };
      return connection.unlessLost(() => execOver(connection, call));
    },
  };
  const run = async (
    argv: readonly string[],
    { input, stdin = '', ...options }: ExecOptions & { readonly input?: Content },
    asRoot = sudo,
  ): Promise<ExecOutput> => {
    const to = endpoint();
    const call = {
      server: name,
      user: to.user,
      sudo: asRoot,
      argv,
      input: input ?? inMemory(stdin),
      options,
    };
    return pool.use(to, async (connection) => {
      await claims?.make(connection, claimed);
      return execOver(connection, call);
    });
  };
  const onFile = async <T>(verb: Verb, path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fileError(name, verb, path, error);
    }
  };
  const overSftp = <T>(
    work: (sftp: SFTPWrapper, over: OpenConnection) => Promise<T>,
    byCommand: (over: OpenConnection) => Promise<T>,
  ): Promise<T> =>
    pool.use(endpoint(), async (connection) => {
      await claims?.make(connection, claimed);
      const speaks = await connection.shellSpeaks(() => run(['true'], {}));
      if (speaks) return byCommand(connection);
      return connection.withSftp((sftp) => work(sftp, connection));
    });
  const host: ServerHost = {
    name,
    get address() {
      return server.serviceAddress ?? endpoint().host;
    },
    servicePort,
    baseFolder,
    async exec(argv, options = {}) {
      const { exitCode, stdout, stderr } = await run(argv, options);
      const truncated = stdout.truncated || stderr.truncated;
      return { exitCode, stdout: stdout.text(), stderr: stderr.text(), truncated };
    },
    readFile: (path) =>
      onFile('read', path, () => {
        const byCommand = (): Promise<Buffer | null> => readByCommand(run, absolute(path));
        return sudo ? byCommand() : overSftp((sftp) => readOver(sftp, absolute(path)), byCommand);
      }),
    writeFile: (path, source, attributes = {}) =>
      onFile('write', path, () =>
        withContent(source, async (content) => {
          if (claims !== null && posix.relative(baseFolder, absolute(path)).startsWith('../'))
            await run(takeAwayCommand(`${baseFolder}/connections`, absolute(path)), {});
          const byCommand = (connection: OpenConnection): Promise<void> =>
            writeByCommand(run, absolute(path), content, {
              ...attributes,
              suffix: partSuffix(connection.id),
            });
          if (sudo) return pool.use(endpoint(), byCommand);
          const { mode, owner } = attributes;
          const options: Omit<WriteOptions, 'suffix'> = {
            ...(mode !== undefined && { mode }),
            beforeRename: async (part) => {
              if (owner !== undefined) await giveTo(run, owner, part);
              await fence(name);
            },
          };
          const bySftp = async (sftp: SFTPWrapper, { id }: OpenConnection): Promise<void> => {
            // Not even a file beside it: it would be seen in the folder.
            await fence(name);
            await writeOver(sftp, absolute(path), content, { ...options, suffix: partSuffix(id) });
          };
          return overSftp(bySftp, byCommand);
        }),
      ),
    async openSocket(path) {
      const to = endpoint();
      const { connection, release } = await pool.hold(to);
      try {
        const call = { server: name, user: to.user, sudo, path };
        const stream = await connection.unlessLost(async () => {
          await claims?.make(connection, claimed);
          return socketOver(connection, call);
        });
        stream.once('close', release);
        return stream;
      } catch (error) {
        release();
        throw error;
      }
    },
  };
  const claim = (): Promise<void> =>
    pool.use(endpoint(), async (connection) => claims?.make(connection, claimed));
  return { host, claim };
}

/** SFTP knows users by number only. */
async function giveTo(
  run: (argv: readonly string[], options: ExecOptions) => Promise<ExecOutput>,
  owner: string,
  file: string,
): Promise<void> {
  const { exitCode, stderr } = await run(['chown', '--', owner, file], {});
  if (exitCode !== 0) throw new Error(stderr.text().trim() || `chown exit code ${exitCode}`);
}

type Verb = 'read' | 'write';

function unknownServer(name: string, known: readonly string[]): PortError {
  const named = { server: JSON.stringify(name), known };
  return refusal('unknown', name, diagnose('UNKNOWN_SERVER', 'inProject', named));
}

function fileError(server: string, verb: Verb, path: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const named = { path, server, reason: phrase(reasonOf(error)) };
  const diagnostic =
    verb === 'read'
      ? diagnose('UNAVAILABLE', 'sshNotRead', named)
      : diagnose('UNAVAILABLE', 'sshNotWritten', named);
  return failure(server, diagnostic, { cause: error });
}
