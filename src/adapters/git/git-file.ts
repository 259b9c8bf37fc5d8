/** One file of a commit, read from the repository's objects: no checkout has to be there. */
import { posix } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';
import { type GitCall, git, gitFailed, gitOutput } from './git-command.ts';

export interface FileOfCommit {
  readonly revision: string;
  /** From the repository's root to the folder of the source. */
  readonly prefix: string;
  /** Relative to the folder of the source. */
  readonly path: string;
}

interface Entry {
  readonly mode: string;
  readonly object: string;
  /** From the repository's root. */
  readonly path: string;
}

const LINK = '120000';
const FILE = /^100/u;
/** As many as Linux follows (MAXSYMLINKS). */
const MOST_LINKS = 40;
const ENTRY = /^(\d{6}) [a-z]+ ([0-9a-f]+)\t(.*)$/su;

/**
 * Follows links inside the source, of folders too.
 * @param cwd any folder of the repository
 * @returns its text; null where there is no such file
 * @throws PortError `refused` PATH_OUTSIDE_PROJECT, `invalid` where it is larger than 8 MiB
 */
export async function readFromCommit(
  commands: CommandRunner,
  cwd: string,
  { revision, prefix, path }: FileOfCommit,
): Promise<string | null> {
  const call = (...args: string[]): GitCall => ({
    cwd,
    args,
    env: { GIT_LITERAL_PATHSPECS: '1' },
  });
  const blob = (object: string): GitCall => call('cat-file', 'blob', object);
  let wanted = inSource(prefix, posix.join(prefix, path), path);
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const way = withFolders(wanted);
    const list = call('ls-tree', '-z', '--full-tree', revision, '--', ...way);
    const listed = entriesOf(await gitOutput(commands, list, revision));
    // Of a folder on the way git may list whatever is in it.
    const entries = listed.filter((each) => way.includes(each.path));
    const link = entries.find(({ mode }) => mode === LINK);
    if (link === undefined) {
      const file = entries.find((each) => each.path === wanted && FILE.test(each.mode));
      return file === undefined ? null : contentOf(commands, blob(file.object), path);
    }
    const target = await gitOutput(commands, blob(link.object), revision);
    if (posix.isAbsolute(target)) throw outsideSource(path);
    const rest = posix.relative(link.path, wanted);
    wanted = inSource(prefix, posix.join(posix.dirname(link.path), target, rest), path);
  }
  throw outsideSource(path);
}

async function contentOf(commands: CommandRunner, call: GitCall, path: string): Promise<string> {
  const result = await git(commands, call);
  if (result.exitCode !== 0) throw gitFailed(result, path);
  if (!result.truncated) return result.stdout;
  throw refusal('invalid', path, diagnose('TOO_LARGE', 'sourceFile', { path, limit: '8 MiB' }));
}

/** The path itself after each folder on the way to it: the first link decides. */
function withFolders(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_name, index) => names.slice(0, index + 1).join('/'));
}

function entriesOf(listed: string): readonly Entry[] {
  return listed.split('\0').flatMap((line) => {
    const [, mode, object, path] = ENTRY.exec(line) ?? [];
    if (mode === undefined || object === undefined || path === undefined) return [];
    return [{ mode, object, path }];
  });
}

function inSource(prefix: string, path: string, named: string): string {
  const normal = posix.normalize(path);
  const within = prefix === '' ? normal : posix.relative(prefix, normal);
  const leaves = within === '..' || within.startsWith('../') || posix.isAbsolute(within);
  if (posix.isAbsolute(named) || leaves || named.includes('\0')) throw outsideSource(named);
  return normal;
}

function outsideSource(path: string): PortError {
  const named = { path: JSON.stringify(path) };
  return refusal('refused', path, diagnose('PATH_OUTSIDE_PROJECT', 'source', named));
}
