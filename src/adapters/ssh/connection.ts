import { readFile } from 'node:fs/promises';
import { Client, type SFTPWrapper } from 'ssh2';
import type { ServerConnection } from '../../ports/connections.ts';
import { PortError } from '../../ports/port-error.ts';
import { assertHostName, refuseHostKey } from './host-key.ts';

export interface ConnectionTimes {
  readonly connectTimeoutMs: number;
  readonly keepaliveMs: number;
  /** A connection that nobody used for so long is closed. */
  readonly idleMs: number;
}

const KEEPALIVE_MISSES = 3;
/** OpenSSH's default MaxSessions is 10; one session is the SFTP channel. */
const MAXIMUM_CHANNELS = 8;

/** What is open to one server: the client, and its SFTP channel once somebody needed it. */
export interface OpenConnection {
  readonly client: Client;
  sftp(): Promise<SFTPWrapper>;
  /** Rejects when the connection is lost; never resolves. */
  readonly lost: Promise<never>;
}

/** One connection that is shared, kept while used, and opened again when it was lost. */
export class SharedConnection {
  private readonly server: ServerConnection;
  private readonly times: ConnectionTimes;
  private opening: Promise<OpenConnection> | null = null;
  private users = 0;
  private readonly waiting: (() => void)[] = [];
  private idleTimer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(server: ServerConnection, times: ConnectionTimes) {
    this.server = server;
    this.times = times;
  }

  /** Runs `work` over the connection; fails as `unavailable` when it is lost meanwhile. */
  async use<T>(work: (connection: OpenConnection) => Promise<T>): Promise<T> {
    await this.enter();
    try {
      const connection = await this.open();
      return await Promise.race([work(connection), connection.lost]);
    } finally {
      this.leave();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.end();
  }

  private async end(): Promise<void> {
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    const opening = this.opening;
    this.opening = null;
    const connection = await opening?.catch(() => null);
    connection?.client.end();
  }

  private async enter(): Promise<void> {
    if (this.closed) throw unavailable(this.server.name, new Error('the connection was closed'));
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    this.users += 1;
    if (this.users > MAXIMUM_CHANNELS) await new Promise<void>((go) => this.waiting.push(go));
  }

  private leave(): void {
    this.users -= 1;
    this.waiting.shift()?.();
    if (this.users > 0) return;
    this.idleTimer = setTimeout(() => void this.end(), this.times.idleMs);
    this.idleTimer.unref();
  }

  private open(): Promise<OpenConnection> {
    if (this.opening !== null) return this.opening;
    const forget = (): void => {
      if (this.opening === opening) this.opening = null;
    };
    const opening = connect(this.server, this.times, forget);
    this.opening = opening;
    opening.catch(forget);
    return opening;
  }
}

async function connect(
  server: ServerConnection,
  times: ConnectionTimes,
  onLost: () => void,
): Promise<OpenConnection> {
  assertHostName(server.name, server.host);
  const privateKey = await readIdentity(server);
  const client = new Client();
  let refusedKey: PortError | null = null;
  let loseWith: (error: PortError) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    loseWith = reject;
  });
  lost.catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error & { level?: string }): void => {
      onLost();
      const reason = refusedKey ?? connectionError(server, error);
      reject(reason);
      loseWith(reason);
    };
    client.once('ready', resolve);
    client.on('error', fail);
    client.once('close', () => fail(new Error('the connection was closed')));
    try {
      client.connect({
        host: server.host,
        port: server.port ?? 22,
        username: server.user ?? 'root',
        privateKey,
        readyTimeout: times.connectTimeoutMs,
        keepaliveInterval: times.keepaliveMs,
        keepaliveCountMax: KEEPALIVE_MISSES,
        hostVerifier: (key: Buffer) => {
          refusedKey = refuseHostKey(server.name, key, server.hostKeys);
          return refusedKey === null;
        },
      });
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  // Without it each small packet waits for the former one's acknowledgement (48 ms an exec, 6 ms with).
  client.setNoDelay(true);
  return { client, lost, sftp: sftpOf(client) };
}

function sftpOf(client: Client): () => Promise<SFTPWrapper> {
  let opening: Promise<SFTPWrapper> | null = null;
  return () => {
    opening ??= new Promise<SFTPWrapper>((resolve, reject) => {
      client.sftp((error, sftp) => {
        if (error !== undefined) return reject(error);
        const forget = (): void => {
          opening = null;
        };
        sftp.on('close', forget).on('error', forget);
        resolve(sftp);
      });
    });
    opening.catch(() => {
      opening = null;
    });
    return opening;
  };
}

async function readIdentity(server: ServerConnection): Promise<Buffer> {
  try {
    return await readFile(server.identityFiles?.[0] ?? '');
  } catch (error) {
    throw new PortError(
      'refused',
      server.name,
      `The key ${server.identityFiles?.join(', ') ?? ''} for ${server.name} cannot be read.`,
      `Set identity_file of ${server.name} to a private key that this user may read.`,
      { cause: error },
    );
  }
}

function connectionError(server: ServerConnection, error: Error & { level?: string }): PortError {
  if (error.level === 'client-authentication') {
    return new PortError(
      'refused',
      server.name,
      `${server.name} refused the key of ${server.user}@${server.host}:${server.port}.`,
      `Add the public half of ${server.identityFiles?.join(', ') ?? ''} to authorized_keys of ${server.user} there.`,
      { cause: error },
    );
  }
  return unavailable(server.name, error);
}

/** Trying again may help. */
export function unavailable(server: string, error: Error): PortError {
  return new PortError(
    'unavailable',
    server,
    `The SSH connection to ${server} is not there: ${error.message}.`,
    `Check that ${server} is up and that its SSH port is reached from the worker.`,
    { cause: error },
  );
}
