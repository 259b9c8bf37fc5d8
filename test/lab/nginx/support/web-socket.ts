/** A connection that never ends by itself, as a WebSocket's: upgraded, and then silent. */
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** @returns the upgraded connection, through the balancer to whoever serves */
export function openWebSocket(url: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
    asked.on('upgrade', (_response, socket) => {
      socket.on('error', () => undefined);
      resolve(socket);
    });
    asked.on('response', ({ statusCode }) => reject(new Error(`not upgraded: ${statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
}
