/** Brings a version's tag from the remote that `source.remote` names into the project's clone. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
import { git } from './git-command.ts';
import { quoted, remotesOf, type WantedTag } from './git-tags.ts';

export interface Remote {
  /** As the clone names it, for example `origin`. */
  readonly name: string;
  /** What a program needs to reach it: an SSH agent, a proxy. */
  readonly environment: Readonly<Record<string, string>>;
}

const FETCH_LIMIT_MS = 10 * 60_000;
/** Neither what is no part of the tag, nor what would be thrown away or packed on this occasion. */
const FETCH = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch'];
const ONLY = ['--no-prune', '--no-recurse-submodules'];
const NO_ACCESS =
  /permission denied|authentication failed|could not read (?:username|password)|host key verification failed|access denied|repository not found|\b40[13]\b/iu;

/** A tag that is already here stays what it is. @throws PortError where it is not as the remote has it */
export async function fetchTag(
  commands: CommandRunner,
  path: string,
  remote: Remote,
  wanted: WantedTag,
): Promise<void> {
  const { name, environment } = remote;
  const remotes = await remotesOf(commands, path);
  if (!remotes.includes(name)) {
    const named = { remote: quoted(name), remotes: remotes.length === 0 ? '-' : remotes };
    throw failure('source.remote', diagnose('NOT_FOUND', 'sourceNoRemote', named));
  }
  const ref = `refs/tags/${wanted.tag}`;
  const args = [...FETCH, ...ONLY, name, `${ref}:${ref}`];
  const result = await git(commands, {
    cwd: path,
    args,
    env: environment,
    timeoutMs: FETCH_LIMIT_MS,
  });
  if (result.exitCode !== 0) throw notFetched(name, wanted, result);
}

function notFetched(
  remote: string,
  { version, tag }: WantedTag,
  { stderr, endedBy }: CommandResult,
): PortError {
  const named = { version, tag: quoted(tag), remote };
  if (/couldn't find remote ref/iu.test(stderr)) {
    return failure(version, diagnose('NOT_FOUND', 'sourceNoTagAtRemote', named));
  }
  if (/would clobber existing tag/u.test(stderr)) {
    const command = `git fetch --force ${remote} tag ${quoted(tag)}`;
    return failure(version, diagnose('CONFLICT', 'sourceTagDiffers', { ...named, command }));
  }
  const reason = reasonOf(stderr) || `it ended by ${endedBy}`;
  return failure(
    version,
    NO_ACCESS.test(stderr)
      ? diagnose('REFUSED', 'sourceFetchRefused', { ...named, reason })
      : diagnose('UNAVAILABLE', 'sourceNotFetched', { ...named, reason }),
  );
}

/** What was said first is why; a name and password in an address are nobody's to read. */
function reasonOf(stderr: string): string {
  const [first = ''] = stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('From '));
  return phrase(first.replace(/\/\/[^/@\s]*@/gu, '//'), 300);
}
