/** What every operation needs on a server: the service's folder, and scripts that run there. */
import { PortError } from '../../ports/port-error.ts';
import type { ExecResult, ServerHost } from '../../ports/server-host.ts';
import { EXIT } from './script.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
export const SCRIPT_TIMEOUT_MS = 30_000;
/** Of what takes apart or removes a whole release. */
export const RELEASE_TIMEOUT_MS = 120_000;

/** Quotes words for a POSIX shell. */
export type Quote = (argv: readonly string[]) => string;

/** The script goes over standard input, whole, before any of it runs. */
export function runScript(
  host: ServerHost,
  script: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ExecResult> {
  const options = { stdin: script, timeoutMs, ...(signal !== undefined && { signal }) };
  return host.exec(['sh', '-c', 'rs_script=$(cat) && eval "$rs_script"'], options);
}

export function folderOf(host: ServerHost, service: string): string {
  if (NAME.test(service)) return `${host.baseFolder}/services/${service}`;
  const message = `${JSON.stringify(service)} is no name of a service.`;
  throw new PortError('invalid', host.name, message, 'Use letters, digits, "_", "." and "-".');
}

export function hexOf(digest: string): string {
  if (DIGEST.test(digest)) return digest.slice('sha256:'.length);
  throw new PortError(
    'invalid',
    digest,
    `${JSON.stringify(digest)} is no digest.`,
    'Pin the image again.',
  );
}

export function failed(
  server: string,
  verb: string,
  service: string,
  { exitCode, stderr }: ExecResult,
): PortError {
  return new PortError(
    'unavailable',
    server,
    `${server} could not ${verb} ${service} (exit code ${exitCode ?? 'none'}): ${stderr.trim().slice(-1_000)}`,
    exitCode === EXIT.busy
      ? `Another start or stop holds ${service} on ${server}; wait for it.`
      : `Look at services/${service}/service.log below the base folder of ${server}.`,
  );
}
