import type { CommandResult } from '../../ports/command-runner.ts';
import { PortError } from '../../ports/port-error.ts';
import { excerpt } from './output.ts';

const NO_ENGINE =
  /cannot connect to the docker daemon|error during connect|is the docker daemon running/iu;
const NO_RIGHT = /permission denied while trying to connect/iu;
const NO_SPACE = /no space left on device/iu;
const DENIED =
  /unauthorized|authentication required|access denied|no basic auth|denied:|forbidden/iu;
const NOT_BUILT = /does not exist locally|no such image|tag does not exist/iu;

/** Why a build failed. */
export function buildError(reference: string, result: CommandResult): PortError {
  const known = engineError('build', result);
  if (known !== null) return known;
  return new PortError(
    'invalid',
    reference,
    `BUILD_FAILED: docker build ended with ${endOf(result)}: ${excerpt(result.stdout, result.stderr)}`,
    'Correct the Dockerfile or image.docker in runsheet.yaml.',
  );
}

/** Why a push failed; what has nothing to do with rights may succeed in the next attempt. */
export function pushError(reference: string, result: CommandResult): PortError {
  const known = engineError('push', result);
  if (known !== null) return known;
  const said = excerpt(result.stdout, result.stderr);
  if (NOT_BUILT.test(said)) {
    const message = `The engine of the worker's machine has no image ${reference}.`;
    return new PortError('not-found', reference, message, 'Build it again.');
  }
  if (DENIED.test(said)) {
    return new PortError(
      'refused',
      reference,
      `REGISTRY_DENIED: the registry does not take ${reference}: ${said}`,
      'Check registry.username and registry.password in runsheet.yaml, and what that user may do.',
    );
  }
  return new PortError(
    'unavailable',
    reference,
    `docker push of ${reference} ended with ${endOf(result)}: ${said}`,
    'Check that the registry runs and is reached from the worker.',
  );
}

function engineError(verb: string, { stdout, stderr }: CommandResult): PortError | null {
  const said = excerpt(stdout, stderr);
  if (NO_SPACE.test(said)) {
    const message = `DISK_FULL: the worker's machine has no space left to ${verb}: ${said}`;
    return new PortError('invalid', 'worker', message, 'Make room there (docker system df).');
  }
  if (NO_RIGHT.test(said)) {
    return new PortError(
      'refused',
      'worker',
      "DOCKER_DENIED: the worker's user may not use the Docker Engine of its machine.",
      'Add that user to the group docker, or point DOCKER_HOST to an engine that it may use.',
    );
  }
  if (!NO_ENGINE.test(said)) return null;
  return new PortError(
    'unavailable',
    'worker',
    `DOCKER_STOPPED: no Docker Engine answers the worker, so that nothing can be ${verb === 'push' ? 'pushed' : 'built'}.`,
    "Start Docker on the worker's machine, or set DOCKER_HOST to an engine elsewhere.",
  );
}

function endOf({ exitCode, endedBy }: CommandResult): string {
  return exitCode === null ? `no exit code (${endedBy})` : `exit code ${exitCode}`;
}
