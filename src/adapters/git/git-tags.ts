/** The tag that stands for a version: what it may be called, and what is said where there is none. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { git } from './git-command.ts';

export interface WantedTag {
  readonly version: string;
  readonly tag: string;
}

const MOST_CHARACTERS = 200;
const SHOWN = 5;
/** git check-ref-format, and no option. `@acme/api@1.0.0` is one. */
const NEVER = /^[-/]|[\s\p{Cc}~^:?*[\\]|\.\.|\/\/|@\{|(?:^|\/)\.|\.lock(?:\/|$)|[/.]$/u;

/** @throws PortError `invalid` for what is no tag's name */
export function checkTagName({ version, tag }: WantedTag): void {
  if (tag !== '' && tag.length <= MOST_CHARACTERS && !NEVER.test(tag)) return;
  throw failure(version, diagnose('INVALID', 'sourceTagName', { version, tag: quoted(tag) }));
}

/** Where the clone has remotes, the tag may be at one of them. */
export async function noTag(
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
