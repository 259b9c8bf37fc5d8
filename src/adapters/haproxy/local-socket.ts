/** The runtime API of an HAProxy on the worker's own machine. */
import { connect, type Socket } from 'node:net';
import { PortError, type PortErrorKind } from '../../ports/port-error.ts';

/** @param address a Unix socket's absolute path, or `host:port` */
export function openLocalSocket(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(targetOf(address));
    const failed = (error: NodeJS.ErrnoException): void => reject(refused(address, error));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

function targetOf(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address };
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replaceAll(/^\[|\]$/gu, '');
  return { host, port: Number(address.slice(at + 1)) };
}

function refused(address: string, error: NodeJS.ErrnoException): PortError {
  const [kind, why, remedy] = reasonOf(error);
  return new PortError(kind, address, `HAProxy at ${address}: ${why}.`, remedy, { cause: error });
}

function reasonOf(error: NodeJS.ErrnoException): readonly [PortErrorKind, string, string] {
  switch (error.code) {
    case 'ENOENT':
      return [
        'unreachable',
        'there is no such socket',
        'Start HAProxy, or compare balancer.haproxy in runsheet.yaml with `stats socket` in haproxy.cfg.',
      ];
    case 'ECONNREFUSED':
      return ['unreachable', 'nobody listens there', 'Start HAProxy.'];
    case 'EACCES':
    case 'EPERM':
      return [
        'refused',
        'the worker may not use this socket',
        'Give it the right, for example `stats socket … mode 660 group runsheet` in haproxy.cfg.',
      ];
    default:
      return ['unavailable', error.message, 'Check that HAProxy runs.'];
  }
}
