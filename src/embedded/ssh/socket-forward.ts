import { realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { sep } from 'node:path';
import type { AcceptConnection, RejectConnection, ServerChannel } from 'ssh2';

/** Forwards only to Unix sockets below the server's own folder, links resolved. */
export async function forwardToSocket(
  accept: AcceptConnection<ServerChannel>,
  reject: RejectConnection,
  socketPath: string,
  baseFolder: string,
): Promise<void> {
  const path = await realpath(socketPath).catch(() => null);
  const base = await realpath(baseFolder).catch(() => baseFolder);
  if (path === null || !path.startsWith(base + sep)) {
    reject();
    return;
  }
  const socket = connect(path);
  socket.once('error', () => reject());
  socket.once('connect', () => {
    socket.removeAllListeners('error');
    const channel = accept();
    socket.on('error', () => channel.close());
    channel.on('error', () => socket.destroy());
    channel.once('close', () => socket.destroy());
    socket.pipe(channel).pipe(socket);
  });
}
