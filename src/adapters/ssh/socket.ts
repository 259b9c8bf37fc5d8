import type { Duplex } from 'node:stream';
import { PortError } from '../../ports/port-error.ts';
import type { OpenConnection } from './connection.ts';

/** A byte stream to a Unix socket on the server, over the connection that is open. */
export function socketOver(
  connection: OpenConnection,
  server: string,
  path: string,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    connection.client.openssh_forwardOutStreamLocal(path, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(socketRefused(server, path, error));
    });
  });
}

function socketRefused(server: string, path: string, error: Error): PortError {
  return new PortError(
    'unavailable',
    server,
    `${server} does not open its socket ${path}: ${error.message}.`,
    `Check that the program behind ${path} runs on ${server} and that the login may use it.`,
    { cause: error },
  );
}
