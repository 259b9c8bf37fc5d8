/** Reads the key that a machine shows, and hangs up before anybody logs in. */
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import { PortError } from '../../ports/port-error.ts';
import type { ShownHostKey } from '../../ports/server-host.ts';
import type { Endpoint } from './endpoint.ts';
import { unreachable } from './errors.ts';
import { algorithmsFor, fingerprint, judgeHostKey, keyLine } from './host-key.ts';
import { keysKnownFor, open } from './login.ts';
import { streamThrough } from './open-stream.ts';
import type { ConnectionPool } from './pool.ts';

/** Over a jump host that is not trusted yet, the key shown is the jump host's: that one comes first. */
export async function showHostKey(pool: ConnectionPool, endpoint: Endpoint): Promise<ShownHostKey> {
  const { via } = endpoint;
  if (via === null) return pool.inTurn(endpoint, () => read(endpoint, () => open(endpoint)));
  try {
    return await pool.use(via, async (connection) => {
      const through = await streamThrough(connection, endpoint);
      return read(endpoint, () => through);
    });
  } catch (error) {
    if (!isHostKeyRefusal(error)) throw error;
    return showHostKey(pool, via);
  }
}

function isHostKeyRefusal(error: unknown): boolean {
  return error instanceof PortError && error.message.startsWith('HOST_KEY_');
}

async function read(endpoint: Endpoint, openSock: () => Duplex): Promise<ShownHostKey> {
  const known = await keysKnownFor(endpoint);
  // Listened to from its first moment: an error that nobody hears ends the process.
  const sock = openSock();
  const client = new Client();
  try {
    return await new Promise<ShownHostKey>((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(endpoint, error));
      client.on('error', fail);
      client.once('close', () => fail(new Error('it hung up before it showed a key')));
      client.connect({
        sock,
        username: endpoint.user,
        readyTimeout: endpoint.connectTimeoutMs,
        algorithms: { serverHostKey: algorithmsFor(known) },
        hostVerifier: (key: Buffer) => {
          resolve({
            server: endpoint.server,
            place: endpoint.place,
            jump: endpoint.jumpName,
            key: keyLine(key),
            fingerprint: fingerprint(key),
            state: judgeHostKey(key, known),
          });
          return false;
        },
      });
    });
  } finally {
    sock.destroy();
  }
}
