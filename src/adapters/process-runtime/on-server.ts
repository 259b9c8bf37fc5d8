/** What every operation needs on a server: the service's folder, and scripts that run there. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { ExecResult, ServerHost } from '../../ports/server-host.ts';
import { failure, phrase } from '../refusal.ts';
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
  const named = { value: JSON.stringify(service) };
  throw failure(host.name, diagnose('INVALID', 'processService', named));
}

export function hexOf(digest: string): string {
  if (DIGEST.test(digest)) return digest.slice('sha256:'.length);
  throw failure(digest, diagnose('INVALID', 'processDigest', { value: JSON.stringify(digest) }));
}

export function failed(
  server: string,
  what: Localized,
  service: string,
  { exitCode, stderr }: ExecResult,
): PortError {
  const end = {
    zh: `退出码 ${exitCode ?? '无'}`,
    en: `exit code ${exitCode ?? 'none'}`,
  };
  const named = { server, what, service, end, said: phrase(stderr.trim().slice(-1_000)) };
  return failure(
    server,
    exitCode === EXIT.busy
      ? diagnose('UNAVAILABLE', 'processBusy', named)
      : diagnose('UNAVAILABLE', 'processFailed', named),
  );
}
