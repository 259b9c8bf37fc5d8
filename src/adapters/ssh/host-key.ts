import { createHash } from 'node:crypto';
import { PortError } from '../../ports/port-error.ts';

const HOST_NAME = /^[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}$/;

/** DNS and IP alphabet only; nothing that a program could take for an option. */
export function assertHostName(server: string, host: string): void {
  if (HOST_NAME.test(host)) return;
  throw new PortError(
    'refused',
    server,
    `BAD_HOST_NAME: ${JSON.stringify(host)} of server ${server} is no host name.`,
    'Use letters, digits, ".", "-", "_" and ":" only, and no "-" at the beginning.',
  );
}

/** OpenSSH's form, `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/**
 * Compares what a server shows with the keys that the project accepts; nothing is trusted on first use.
 * @param accepted lines like `ssh-ed25519 AAAA…`
 * @returns null where the key is one of them
 */
export function refuseHostKey(
  server: string,
  key: Buffer,
  accepted: readonly string[],
): PortError | null {
  const blobs = accepted.map((line) => line.trim().split(/\s+/)[1] ?? '');
  if (blobs.includes(key.toString('base64'))) return null;
  const shown = fingerprint(key);
  if (accepted.length === 0) {
    return new PortError(
      'refused',
      server,
      `HOST_KEY_UNKNOWN: nobody has verified the host key of ${server}; it shows ${shown}.`,
      `Compare ${shown} with the server's own, then add its key to host_keys of ${server} in runsheet.yaml.`,
    );
  }
  return new PortError(
    'refused',
    server,
    `HOST_KEY_CHANGED: ${server} shows ${shown}, which is none of its host_keys.`,
    `Find out why. If the server was set up anew, replace host_keys of ${server} in runsheet.yaml.`,
  );
}
