import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure, phrase, refusal } from '../refusal.ts';

/** What the engine answered, or that it did not. */
export interface EngineFailure {
  readonly status: number | null;
  readonly message: string;
}

const LOST = /socket hang up|ECONNRESET|EPIPE|ECONNREFUSED|aborted|premature close|closed/iu;
const BROKE_OFF: Localized = { zh: '连接中断了', en: 'the connection to it broke off' };
const NO_SPACE = /no space left on device|disk quota exceeded/iu;

/** The status and the engine's own words of what the client threw. */
export function failureOf(error: unknown): EngineFailure {
  const status = fieldOf(error, 'statusCode');
  const message = fieldOf(fieldOf(error, 'json'), 'message');
  const text = error instanceof Error ? error.message : String(error);
  return {
    status: typeof status === 'number' ? status : null,
    message: (typeof message === 'string' ? message : text).trim(),
  };
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  const { status } = failureOf(error);
  return status !== null && statuses.includes(status);
}

/**
 * Turns what the engine said into what a person reads; what it is about decides whether trying
 * again may help.
 * @param what the operation, for example "start app"
 */
export function engineError(server: string, what: Localized, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { status, message } = failureOf(error);
  const cause = { cause: error };
  const said = phrase(message);
  if (NO_SPACE.test(message)) {
    return refusal(
      'invalid',
      server,
      diagnose('DISK_FULL', 'server', { server, what, said }),
      cause,
    );
  }
  if (status === null) {
    const reason = LOST.test(message) ? BROKE_OFF : said;
    const named = { server, what, reason };
    return failure(server, diagnose('UNAVAILABLE', 'dockerSilent', named), cause);
  }
  return failure(server, answerOf(status, { server, what, said }), cause);
}

function answerOf(status: number, named: { server: string; what: Localized; said: string }) {
  if (status >= 500) return diagnose('UNAVAILABLE', 'dockerFailed', named);
  if (status === 404) return diagnose('NOT_FOUND', 'dockerNone', named);
  if (status === 409) return diagnose('CONFLICT', 'dockerConflict', named);
  return diagnose('INVALID', 'dockerRefused', named);
}

/** Where engines put their sockets besides: rootless Docker, Podman with and without root. */
const PLACES =
  '"/run/user/$rs_uid/docker.sock" "$HOME/.docker/run/docker.sock" ' +
  '"/run/user/$rs_uid/podman/podman.sock" /run/podman/podman.sock /var/run/docker.sock';

/** Prints why the socket does not open for whoever logs in, and on a second line another that would. */
export function socketScript(quotedPath: string): string {
  return `
if [ -S ${quotedPath} ]; then
  if [ -w ${quotedPath} ]; then echo stopped; else echo "denied $(id -un)"; fi
elif command -v dockerd >/dev/null 2>&1 || [ -x /usr/bin/dockerd ] || [ -x /usr/sbin/dockerd ]; then
  echo absent
else
  echo no-docker
fi
rs_uid=\${SUDO_UID:-$(id -u)}
for rs_socket in ${PLACES}; do
  if [ "$rs_socket" != ${quotedPath} ] && [ -S "$rs_socket" ] && [ -w "$rs_socket" ]; then
    echo "$rs_socket"
    break
  fi
done
`;
}

/** @param printed what socketScript printed; null: nothing could be run there */
export function socketError(
  server: string,
  path: string,
  printed: string,
  error: Error,
): PortError {
  const [told = '', found = ''] = printed.trim().split('\n');
  const [state, login] = told.split(' ');
  const cause = { cause: error };
  if (state === 'no-docker' || (state === 'absent' && found !== '')) {
    const diagnostic =
      found === ''
        ? diagnose('NO_DOCKER', 'server', { server, path })
        : diagnose('NO_DOCKER', 'elsewhere', { server, path, found });
    return refusal('not-found', server, diagnostic, cause);
  }
  if (state === 'denied') {
    const user = login ?? { zh: '登录的用户', en: 'the login' };
    const named = { server, user, path };
    const diagnostic =
      found === ''
        ? diagnose('DOCKER_DENIED', 'server', named)
        : diagnose('DOCKER_DENIED', 'elsewhere', { ...named, found });
    return refusal('refused', server, diagnostic, cause);
  }
  const isRefused = error instanceof PortError && error.kind === 'refused';
  if (isRefused || (state !== 'absent' && state !== 'stopped')) {
    return engineError(server, { zh: '应答', en: 'answer' }, error);
  }
  const stopped = diagnose('DOCKER_STOPPED', 'server', { server, path });
  return refusal('unavailable', server, stopped, cause);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
