/** The runtime API of an HAProxy on the worker's own machine. */

import { connect, type Socket } from 'node:net';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';

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
  return failure(address, reasonOf(address, error), { cause: error });
}

function reasonOf(address: string, { code, message }: NodeJS.ErrnoException) {
  switch (code) {
    case 'ENOENT':
      return diagnose('UNREACHABLE', 'haproxyNoSocket', { address });
    case 'ECONNREFUSED':
      return diagnose('UNREACHABLE', 'haproxyNobody', { address });
    case 'EACCES':
    case 'EPERM':
      return diagnose('REFUSED', 'haproxySocketDenied', { address });
    default:
      return diagnose('UNAVAILABLE', 'haproxyNotReached', { address, reason: message });
  }
}
