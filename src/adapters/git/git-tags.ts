/** The tag that stands for a version: what it may be called, and what is said where there is none. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
import { git, gitFailed, gitOutput } from './git-command.ts';

export interface WantedTag {
  readonly version: string;
  readonly tag: string;
}

const MOST_CHARACTERS = 200;
const SHOWN = 5;
export const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** git check-ref-format, and no option. `@acme/api@1.0.0` is one. */
const NEVER = /^[-/]|[\s\p{Cc}~^:?*[\\]|\.\.|\/\/|@\{|(?:^|\/)\.|\.lock(?:\/|$)|[/.]$/u;

/** @throws PortError `invalid` for what is no tag's name */
export function checkTagName({ version, tag }: WantedTag): void {
  if (tag !== '' && tag.length <= MOST_CHARACTERS && !NEVER.test(tag)) return;
  throw failure(version, diagnose('INVALID', 'sourceTagName', { version, tag: quoted(tag) }));
}

/**
 * The commit of a tag. That git names none says nothing yet: only where there is no such tag is that
 * said, and a tag that is there is asked for once more.
 * @throws PortError `not-found` without the tag, `invalid` where it names no commit, `unavailable`
 * where git does not read the commit that it names
 */
export async function commitOf(
  commands: CommandRunner,
  { path, commonDir }: { readonly path: string; readonly commonDir: string },
  wanted: WantedTag,
): Promise<string> {
  const ref = `refs/tags/${wanted.tag}`;
  const args = ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`];
  const ask = async (): Promise<CommandResult> => {
    const found = await git(commands, { cwd: path, args });
    if (found.endedBy !== 'exit') throw gitFailed(found, commonDir);
    return found;
  };
  const first = commitIn(await ask());
  if (first !== null) return first;
  const named = ['for-each-ref', '--format=%(refname)', ref];
  const refs = linesOf(await gitOutput(commands, { cwd: path, args: named }, commonDir));
  if (!refs.includes(ref)) throw await noTag(commands, path, wanted);
  const typeOf = ['cat-file', '-t', `${ref}^{}`];
  const type = (await gitOutput(commands, { cwd: path, args: typeOf }, commonDir)).trim();
  const { version, tag } = wanted;
  if (type !== 'commit') {
    const said = diagnose('INVALID', 'sourceTagNoCommit', { version, tag: quoted(tag), type });
    throw failure(version, said);
  }
  const again = await ask();
  const second = commitIn(again);
  if (second !== null) return second;
  const reason = `${phrase(again.stderr, 300)} (${again.exitCode})`;
  throw failure(commonDir, diagnose('UNAVAILABLE', 'gitEnded', { subject: ref, reason }));
}

function commitIn({ exitCode, stdout }: CommandResult): string | null {
  const revision = stdout.trim();
  return exitCode === 0 && COMMIT.test(revision) ? revision : null;
}

/** Where the clone has remotes, the tag may be at one of them. */
async function noTag(
  commands: CommandRunner,
  path: string,
  { version, tag }: WantedTag,
): Promise<PortError> {
  const named = { version, tag: quoted(tag) };
  const tags = await newestTags(commands, path);
  const [first, ...others] = await remotesOf(commands, path);
  if (first === undefined) {
    const diagnostic =
      tags === ''
        ? diagnose('NOT_FOUND', 'sourceNoTags', named)
        : diagnose('NOT_FOUND', 'sourceNoTag', { ...named, tags });
    return failure(version, diagnostic);
  }
  const remote = others.includes('origin') ? 'origin' : first;
  const diagnostic =
    tags === ''
      ? diagnose('NOT_FOUND', 'sourceNoTagsHere', { ...named, remote })
      : diagnose('NOT_FOUND', 'sourceNoTagHere', { ...named, tags, remote });
  return failure(version, diagnostic);
}

export async function remotesOf(commands: CommandRunner, path: string): Promise<readonly string[]> {
  return linesOf((await git(commands, { cwd: path, args: ['remote'] })).stdout);
}

async function newestTags(commands: CommandRunner, path: string): Promise<string> {
  const args = ['tag', '--list', '--sort=-creatordate'];
  const { stdout } = await git(commands, { cwd: path, args });
  return linesOf(stdout).slice(0, SHOWN).join(', ');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
