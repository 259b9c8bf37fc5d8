import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { CommandResult } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase, refusal } from '../refusal.ts';
import { excerpt } from './output.ts';

const NO_ENGINE =
  /cannot connect to the docker daemon|error during connect|is the docker daemon running/iu;
const NO_RIGHT = /permission denied while trying to connect/iu;
const NO_SPACE = /no space left on device/iu;
const DENIED =
  /unauthorized|authentication required|access denied|no basic auth|denied:|forbidden/iu;
/** The login itself, and not what it may do. */
const NO_LOGIN = /unauthorized|authentication required|no basic auth|incorrect username/iu;
const NOT_BUILT = /does not exist locally|no such image|tag does not exist/iu;

/** Why a build failed. */
export function buildError(reference: string, result: CommandResult): PortError {
  const known = engineError('build', result);
  if (known !== null) return known;
  const said = phrase(excerpt(result.stdout, result.stderr));
  const named = { end: endOf(result), said };
  return refusal('invalid', reference, diagnose('BUILD_FAILED', 'docker', named));
}

/** Why a push failed; what has nothing to do with rights may succeed in the next attempt. */
export function pushError(image: string, result: CommandResult): PortError {
  const known = engineError('push', result);
  if (known !== null) return known;
  const said = phrase(excerpt(result.stdout, result.stderr));
  if (NOT_BUILT.test(said)) {
    return failure(image, diagnose('NOT_FOUND', 'registryNoImage', { image }));
  }
  if (DENIED.test(said)) {
    const why = NO_LOGIN.test(said) ? 'push' : 'pushRefused';
    return refusal('refused', image, diagnose('REGISTRY_DENIED', why, { image, said }));
  }
  const named = { image, end: endOf(result), said };
  return failure(image, diagnose('UNAVAILABLE', 'registryPush', named));
}

function engineError(verb: 'build' | 'push', { stdout, stderr }: CommandResult): PortError | null {
  const said = phrase(excerpt(stdout, stderr));
  if (NO_SPACE.test(said))
    return refusal('invalid', 'worker', diagnose('DISK_FULL', verb, { said }));
  if (NO_RIGHT.test(said))
    return refusal('refused', 'worker', diagnose('DOCKER_DENIED', 'worker', {}));
  if (!NO_ENGINE.test(said)) return null;
  return refusal('unavailable', 'worker', diagnose('DOCKER_STOPPED', verb, {}));
}

function endOf({ exitCode, endedBy }: CommandResult): Localized {
  return exitCode === null
    ? { zh: `没有退出码（${endedBy}）`, en: `no exit code (${endedBy})` }
    : { zh: `退出码 ${exitCode} `, en: `exit code ${exitCode}` };
}
