/** How git is called: without hooks, and in our own repositories without anybody's settings. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';

export interface GitCall {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onOutput?: (chunk: string) => void;
  /** 2 minutes without it. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;
const QUIET = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C.UTF-8' };
const SETTINGS = ['core.hooksPath=/dev/null', 'core.fsmonitor=false'];

/** A call that may end with any exit code. */
export function git(commands: CommandRunner, call: GitCall): Promise<CommandResult> {
  const { cwd, args, env = {}, onOutput, timeoutMs = TIMEOUT_MS } = call;
  const argv = ['git', ...SETTINGS.flatMap((each) => ['-c', each]), ...args];
  return commands.run({
    argv,
    cwd,
    env: { ...QUIET, ...env },
    timeoutMs,
    ...(onOutput !== undefined && { onOutput }),
  });
}

/** What a call that must succeed prints. @throws PortError with git's own words */
export async function gitOutput(
  commands: CommandRunner,
  call: GitCall,
  subject: string,
  isGood: (exitCode: number) => boolean = (exitCode) => exitCode === 0,
): Promise<string> {
  const result = await git(commands, call);
  if (result.exitCode === null || !isGood(result.exitCode)) throw gitFailed(result, subject);
  return result.stdout;
}

/**
 * For a repository of our own: nothing but its own settings counts, so that no filter, attribute or
 * ignored file of this user or machine decides what is in a checkout.
 * @param empty a folder without any settings
 */
export function ownEnvironment(empty: string): Readonly<Record<string, string>> {
  return {
    HOME: empty,
    XDG_CONFIG_HOME: empty,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
  };
}

export function gitFailed(result: CommandResult, subject: string): PortError {
  const { endedBy } = result;
  const ended = { zh: `它由 ${endedBy} 结束`, en: `it ended by ${endedBy}` };
  const named = { subject, reason: phrase(result.stderr, 300) || ended };
  return endedBy === 'exit'
    ? failure(subject, diagnose('INVALID', 'gitFailed', named))
    : failure(subject, diagnose('UNAVAILABLE', 'gitEnded', named));
}
