/** The machine that an nginx runs on: looks at it, and changes of one file there. */
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { Fence } from '../../ports/fence.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
import { CHANGE, CHECK, EXIT, LOCK_SECONDS, LOOK, RELOAD_SECONDS } from './machine-scripts.ts';
import { type Look, parseLook } from './processes.ts';

export interface Ran {
  /** null: a signal or the time limit ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NginxEndpoint {
  /** For messages, for example `nginx on lb-1`. */
  readonly name: string;
  /** Path of the file that its master process writes its id into. */
  readonly pidFile: string;
  /** How it is called for `-t` and `-s reload`. */
  readonly command: readonly string[];
  /** Asked before each change; absent: everybody may. */
  readonly fence?: Fence;
  run(argv: readonly string[], timeoutMs: number): Promise<Ran>;
}

const LOOK_LIMIT_MS = 20_000;
const CHANGE_LIMIT_MS = (LOCK_SECONDS + RELOAD_SECONDS + 60) * 1000;

/** @param connections remote addresses, as the kernel writes them, whose connections are counted */
export async function lookAt(
  nginx: NginxEndpoint,
  file: string,
  connections: readonly string[],
): Promise<Look> {
  const argv = ['sh', '-c', LOOK, 'sh', file, nginx.pidFile, ...connections];
  const ran = await nginx.run(argv, LOOK_LIMIT_MS);
  if (ran.exitCode !== 0) throw refused(nginx, file, ran);
  return parseLook(ran.stdout);
}

/** @throws PortError what would stand in the way of a change */
export async function checkChangeable(nginx: NginxEndpoint, file: string): Promise<void> {
  const argv = ['sh', '-c', CHECK, 'sh', file, nginx.pidFile, ...nginx.command];
  const ran = await nginx.run(argv, CHANGE_LIMIT_MS);
  if (ran.exitCode !== 0) throw refused(nginx, file, ran);
}

export interface FileChange {
  /** Of the file as it was read. */
  readonly sha256: string;
  readonly content: Buffer;
  /** Whether nginx has loaded the file as it was read. */
  readonly isLoaded: boolean;
}

/**
 * Writes, tests and loads. @returns false: the file is no longer as it was read, and nothing was done
 * @throws PortError; the file is as it was then, unless the error is of a reload that nginx did not take
 */
export async function changeFile(
  nginx: NginxEndpoint,
  file: string,
  { sha256, content, isLoaded }: FileChange,
): Promise<boolean> {
  const words = [file, nginx.pidFile, sha256, content.toString('base64'), isLoaded ? 'yes' : 'no'];
  const argv = ['sh', '-c', CHANGE, 'sh', ...words, ...nginx.command];
  const ran = await nginx.run(argv, CHANGE_LIMIT_MS);
  if (ran.exitCode === EXIT.changedMeanwhile) return false;
  if (ran.exitCode !== 0) throw refused(nginx, file, ran);
  return true;
}

function refused(
  { name: nginx, pidFile, command }: NginxEndpoint,
  file: string,
  ran: Ran,
): PortError {
  const { exitCode } = ran;
  const text = ran.stderr.trim();
  const said = text === '' ? { zh: '没有输出', en: 'it said nothing' } : phrase(text, 600);
  switch (exitCode) {
    case EXIT.noFile:
      return failure(file, diagnose('NOT_FOUND', 'nginxNoFile', { nginx, file }));
    case EXIT.tooLarge:
      return failure(file, diagnose('INVALID', 'nginxTooLarge', { nginx, file }));
    case EXIT.denied:
      return failure(file, diagnose('REFUSED', 'nginxDenied', { nginx, path: text || file }));
    case EXIT.testFailed:
      return failure(file, diagnose('INVALID', 'nginxTestFailed', { nginx, file, said }));
    case EXIT.notTold:
      return failure(nginx, diagnose('REFUSED', 'nginxNotTold', { nginx, command, said }));
    case EXIT.notReloaded: {
      const named = { nginx, file, seconds: RELOAD_SECONDS };
      return failure(nginx, diagnose('UNAVAILABLE', 'nginxNotReloaded', named));
    }
    case EXIT.noMaster:
      return notRunning(nginx, pidFile);
    case EXIT.locked:
      return failure(
        file,
        diagnose('UNAVAILABLE', 'nginxLocked', { nginx, seconds: LOCK_SECONDS }),
      );
    case EXIT.missingProgram:
      return failure(nginx, diagnose('INVALID', 'nginxNoProgram', { nginx, program: said }));
    default:
      return failure(
        nginx,
        diagnose('UNAVAILABLE', 'nginxCut', { nginx, reason: reasonOf(ran, said) }),
      );
  }
}

function reasonOf({ exitCode }: Ran, said: Parameter): Parameter {
  if (exitCode !== null) return said;
  return { zh: '命令被中断或超时', en: 'the command was cut off or took too long' };
}

export function notRunning(nginx: string, pidFile: string): PortError {
  return failure(nginx, diagnose('UNREACHABLE', 'nginxNotRunning', { nginx, pidFile }));
}
