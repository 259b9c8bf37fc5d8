import { Client } from 'ssh2';
import type { ServerConnection } from '../../ports/connections.ts';
import type { ShownHostKey } from '../../ports/server-host.ts';
import { type ConnectionTimes, unavailable } from './connection.ts';
import { assertHostName, fingerprint, refuseHostKey } from './host-key.ts';

/** Reads the key that a server shows and hangs up before anybody logs in. */
export function showHostKey(
  server: ServerConnection,
  times: ConnectionTimes,
): Promise<ShownHostKey> {
  assertHostName(server.name, server.host);
  const client = new Client();
  return new Promise((resolve, reject) => {
    let shown: ShownHostKey | null = null;
    client.on('error', (error) => {
      if (shown === null) reject(unavailable(server.name, error));
      else resolve(shown);
    });
    client.once('close', () => reject(unavailable(server.name, new Error('it was closed'))));
    client.connect({
      host: server.host,
      port: server.port ?? 22,
      username: server.user ?? 'root',
      readyTimeout: times.connectTimeoutMs,
      hostVerifier: (key: Buffer) => {
        const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
        shown = {
          server: server.name,
          place: (server.port ?? 22) === 22 ? server.host : `[${server.host}]:${server.port}`,
          key: `${type} ${key.toString('base64')}`,
          fingerprint: fingerprint(key),
          trusted: refuseHostKey(server.name, key, server.hostKeys) === null,
        };
        return false;
      },
    });
  });
}
