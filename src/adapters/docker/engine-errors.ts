import { PortError } from '../../ports/port-error.ts';

/** What the engine answered, or that it did not. */
export interface EngineFailure {
  readonly status: number | null;
  readonly message: string;
}

const LOST = /socket hang up|ECONNRESET|EPIPE|ECONNREFUSED|aborted|premature close|closed/iu;
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
 * @param what the operation, for example `start app`
 */
export function engineError(server: string, what: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { status, message } = failureOf(error);
  const cause = { cause: error };
  if (NO_SPACE.test(message)) return diskFull(server, what, message, cause);
  if (status === null) {
    const reason = LOST.test(message) ? 'the connection to it broke off' : message;
    return new PortError(
      'unavailable',
      server,
      `The Docker Engine of ${server} did not ${what}: ${reason}.`,
      `Check on ${server} that Docker runs (systemctl status docker).`,
      cause,
    );
  }
  const said = `The Docker Engine of ${server} could not ${what}: ${sentence(message)}`;
  if (status >= 500) {
    const remedy = `Look at the engine's log on ${server} (journalctl -u docker).`;
    return new PortError('unavailable', server, said, remedy, cause);
  }
  if (status === 404) {
    const remedy = 'Check what it names: image, network or volume.';
    return new PortError('not-found', server, said, remedy, cause);
  }
  const remedy = 'Correct container in runsheet.yaml, or what stands in the way on the server.';
  return new PortError(status === 409 ? 'conflict' : 'invalid', server, said, remedy, cause);
}

function diskFull(server: string, what: string, message: string, cause: ErrorOptions): PortError {
  return new PortError(
    'invalid',
    server,
    `DISK_FULL: ${server} has no space left to ${what}: ${sentence(message)}`,
    `Make room on ${server} (docker system df shows what Docker uses), then run again.`,
    cause,
  );
}

export function sentence(text: string): string {
  const clipped = text.replace(/\s+/gu, ' ').trim().slice(0, 1_000);
  return clipped.endsWith('.') ? clipped : `${clipped}.`;
}

/** Prints one word: why the socket does not open for whoever logs in. */
export function socketScript(quotedPath: string): string {
  return `
if [ -S ${quotedPath} ]; then
  if [ -w ${quotedPath} ]; then echo stopped; else echo "denied $(id -un)"; fi
elif command -v dockerd >/dev/null 2>&1 || [ -x /usr/bin/dockerd ] || [ -x /usr/sbin/dockerd ]; then
  echo absent
else
  echo no-docker
fi
`;
}

/** @param printed what socketScript printed; null: nothing could be run there */
export function socketError(
  server: string,
  path: string,
  printed: string,
  error: Error,
): PortError {
  const [state, user = 'the login'] = printed.trim().split(' ');
  const cause = { cause: error };
  if (state === 'no-docker') {
    return new PortError(
      'not-found',
      server,
      `NO_DOCKER: ${server} has no Docker Engine.`,
      `Install Docker on ${server}, or set image.kind to process in runsheet.yaml.`,
      cause,
    );
  }
  if (state === 'denied') {
    return new PortError(
      'refused',
      server,
      `DOCKER_DENIED: ${user} may not use ${path} on ${server}.`,
      `Add ${user} to the group docker there (usermod -aG docker ${user}), or set sudo: true for ${server}.`,
      cause,
    );
  }
  const isRefused = error instanceof PortError && error.kind === 'refused';
  if (isRefused || (state !== 'absent' && state !== 'stopped')) {
    return engineError(server, 'answer', error);
  }
  return new PortError(
    'unavailable',
    server,
    `DOCKER_STOPPED: the Docker Engine of ${server} does not answer at ${path}.`,
    `Start it there (systemctl start docker) and look why it stopped (journalctl -u docker).`,
    cause,
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
