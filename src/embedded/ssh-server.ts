import { mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Session } from 'ssh2';
import { connectionProcess } from './ssh/connection-process.ts';
import { runCommand } from './ssh/exec-session.ts';
import { openKey } from './ssh/keys.ts';
import { serveSftp } from './ssh/sftp-session.ts';
import { forwardToSocket } from './ssh/socket-forward.ts';

export { stopAllServices } from './ssh/stop-services.ts';

export interface SshServersOptions {
  readonly servers: readonly {
    readonly name: string;
    readonly baseFolder: string;
    /** Absent, or taken: any free port. */
    readonly port?: number;
  }[];
  /** Keeps the host key and the only client key that is accepted. */
  readonly keysFolder: string;
}

export interface SshServers {
  readonly servers: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    /** `ssh-ed25519 AAAA…` */
    readonly hostKey: string;
  }[];
  /** The private key that the servers accept. */
  readonly identityFile: string;
  /** Ends listeners, connections and running commands; services keep running (see stopAllServices). */
  close(): Promise<void>;
}

/** SSH servers on 127.0.0.1, each with a folder of its own on this machine. */
export async function startSshServers(options: SshServersOptions): Promise<SshServers> {
  const hostKey = await openKey(options.keysFolder, 'ssh_host_ed25519_key');
  const client = await openKey(options.keysFolder, 'id_ed25519');
  const started: { name: string; server: Server; port: number; connections: Set<Connection> }[] =
    [];
  const close = async (): Promise<void> => {
    await Promise.all(
      started.map(({ server, connections }) => {
        for (const connection of connections) connection.end();
        return new Promise<void>((done) => server.close(() => done()));
      }),
    );
  };
  try {
    for (const { name, baseFolder, port } of options.servers) {
      await mkdir(baseFolder, { recursive: true, mode: 0o700 });
      const connections = new Set<Connection>();
      // A listener of our own, since ssh2's offers no way to send small packets at once.
      const server = createServer({ noDelay: true }, (socket) => {
        const protocol = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
          connections.add(connection);
          connection.once('close', () => connections.delete(connection));
          serveConnection(connection, socket, client.parsed, baseFolder);
        });
        protocol.injectSocket(socket);
      });
      started.push({ name, server, port: await listen(server, port ?? 0), connections });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const servers = started.map(({ name, port }) => ({
    name,
    host: '127.0.0.1',
    port,
    hostKey: hostKey.publicKey,
  }));
  return { servers, identityFile: client.file, close };
}

function serveConnection(
  connection: Connection,
  socket: Socket,
  allowed: ParsedKey,
  baseFolder: string,
): void {
  const processId = connectionProcess(socket);
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    if (isAllowed(context, allowed)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('ready', () => {
    connection.on('session', (accept) => serveSession(accept(), baseFolder, processId));
    connection.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
      void forwardToSocket(accept, reject, socketPath, baseFolder);
    });
  });
}

function isAllowed(context: AuthContext, allowed: ParsedKey): boolean {
  if (context.method !== 'publickey') return false;
  if (context.key.algo !== allowed.type || !context.key.data.equals(allowed.getPublicSSH()))
    return false;
  // The first request only asks whether the key is acceptable; the second carries the proof.
  if (context.signature === undefined || context.blob === undefined) return true;
  return allowed.verify(context.blob, context.signature, context.hashAlgo) === true;
}

function serveSession(
  session: Session,
  baseFolder: string,
  processId: () => number | undefined,
): void {
  let signal: (name: string) => void = () => undefined;
  session.on('exec', (accept, _reject, { command }) => {
    signal = runCommand(accept(), command, baseFolder, processId());
  });
  session.on('signal', (accept, _reject, { name }) => {
    accept?.();
    signal(name);
  });
  session.on('sftp', (accept) => serveSftp(accept(), baseFolder));
}

/** @returns the port: any free one if the wanted one is taken */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' && port !== 0) resolve(listen(server, 0));
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', onError);
      const { port: listening } = server.address() as AddressInfo;
      resolve(listening);
    });
  });
}
