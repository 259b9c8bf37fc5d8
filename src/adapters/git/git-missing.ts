/** What a commit names and does not hold: submodules, pointers of Git LFS and the like. */
import { randomUUID } from 'node:crypto';
import { lstat, open, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { MissingContent } from '../../ports/source-repository.ts';
import { git, gitFailed } from './git-command.ts';
import { unquotePath } from './quoted-path.ts';
import {
  filteredStandIn,
  isAnnexLink,
  isPointer,
  LONGEST_POINTER_BYTES,
  POINTER_BEGINS,
} from './stand-ins.ts';
import { inWorkTree, sourceOf, type WorkTree } from './work-tree.ts';

export interface Search {
  /** A new checkout, in which no command has run. */
  readonly tree: WorkTree;
  /** From its root to the folder of the source. */
  readonly prefix: string;
  /** A folder in the project's repository, whose settings say which filters there are here. */
  readonly project: string;
}

const MOST_FOUND = 1_000;
const SUBMODULE = '160000';
/** Arguments of one call. */
const PATHS_AT_ONCE = 200;
/** Filters that only clean what is committed leave a checkout as it is. */
const CHANGES_NOTHING = new Set(['', 'cat']);

export async function findMissing(
  commands: CommandRunner,
  search: Search,
): Promise<readonly MissingContent[]> {
  const { folder, revision } = search.tree;
  const index = join(folder, `index-${randomUUID()}`);
  const source = join(sourceOf(search.tree), search.prefix);
  const run: Run = async (args, options = {}) => {
    const call = { ...inWorkTree(search.tree, index, args, source), ...options };
    const result = await git(commands, call);
    // grep: nothing was found.
    const isGood = result.exitCode === 0 || (result.exitCode === 1 && args[0] === 'grep');
    if (!isGood) throw gitFailed(result, revision);
    return result;
  };
  try {
    await run(['read-tree', revision]);
    const found = [
      ...(await linksAndSubmodules(run, source)),
      ...(await standIns(run, source, await filtersHere(commands, search.project))),
    ];
    const sorted = found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return sorted.slice(0, MOST_FOUND);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

type Run = (
  args: readonly string[],
  options?: { readonly onOutput?: (chunk: string) => void },
) => Promise<CommandResult>;

async function linksAndSubmodules(run: Run, source: string): Promise<readonly MissingContent[]> {
  const found: MissingContent[] = [];
  for (const { mode, path } of await specialEntries(run)) {
    if (mode === SUBMODULE) found.push({ kind: 'submodule', path });
    else if (isAnnexLink(await readlink(join(source, path)))) found.push({ kind: 'annex', path });
  }
  return found;
}

/** Links and submodules; a repository has too many files to keep the whole list. */
async function specialEntries(
  run: Run,
): Promise<readonly { readonly mode: string; readonly path: string }[]> {
  const entries: { mode: string; path: string }[] = [];
  let rest = '';
  const onOutput = (chunk: string): void => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, mode, path] = /^(120000|160000) [0-9a-f]+ \d\t(.*)$/u.exec(line) ?? [];
      if (mode !== undefined && path !== undefined) entries.push({ mode, path: unquotePath(path) });
    }
  };
  // Quoted, a path is ASCII on one line, wherever the output is cut.
  const args = ['-c', 'core.quotePath=true', 'ls-files', '--stage', '--', '.'];
  const result = await run(args, { onOutput });
  // A warning may stand in the middle of a line.
  if (result.stderr !== '') throw gitFailed(result, 'ls-files');
  return entries;
}

async function standIns(
  run: Run,
  source: string,
  filters: ReadonlySet<string>,
): Promise<readonly MissingContent[]> {
  const search = ['grep', '-l', '-z', '-a', '-E', '-e', POINTER_BEGINS, '--', '.'];
  const pointers = new Set(listed(await run(search)));
  const filtered = ['.', ':(exclude,attr:!filter)', ':(exclude,attr:-filter)'];
  const paths = new Set([...pointers, ...listed(await run(['ls-files', '-z', '--', ...filtered]))]);
  const found: MissingContent[] = [];
  for (const [path, filter] of await filterAttributes(run, [...paths])) {
    // `-filter` says that the file is what it is.
    if (filter === 'unset') continue;
    const content = await beginning(join(source, path));
    if (content === null) continue;
    const isFiltered = filter !== 'unspecified';
    const kind =
      (isFiltered ? filteredStandIn(filter, content) : null) ??
      (pointers.has(path) && isPointer(content) ? 'lfs' : null) ??
      (filters.has(filter) && filter !== 'lfs' ? 'filtered' : null);
    if (kind !== null) found.push({ kind, path });
  }
  return found;
}

async function filterAttributes(
  run: Run,
  paths: readonly string[],
): Promise<readonly (readonly [path: string, filter: string])[]> {
  const found: [string, string][] = [];
  for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
    const some = paths.slice(at, at + PATHS_AT_ONCE);
    const fields = listed(await run(['check-attr', '-z', 'filter', '--', ...some]));
    for (let field = 0; field + 2 < fields.length; field += 3) {
      found.push([fields[field] ?? '', fields[field + 2] ?? '']);
    }
  }
  return found;
}

/** Those that make another content of a file in this user's own clone. */
async function filtersHere(commands: CommandRunner, project: string): Promise<ReadonlySet<string>> {
  const args = ['config', '-z', '--get-regexp', '^filter\\..*\\.(smudge|process)$'];
  const settings = listed(await git(commands, { cwd: project, args })).map((each) =>
    each.split('\n'),
  );
  const active = settings.filter(([, value = '']) => !CHANGES_NOTHING.has(value.trim()));
  return new Set(
    active.map(([name = '']) => name.replace(/^filter\./u, '').replace(/\.[a-z]+$/u, '')),
  );
}

/** null: no file, so that no attribute makes its content. */
async function beginning(file: string): Promise<Buffer | null> {
  if (!(await lstat(file)).isFile()) return null;
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(LONGEST_POINTER_BYTES + 1),
      0,
      LONGEST_POINTER_BYTES + 1,
    );
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function listed({ stdout }: CommandResult): readonly string[] {
  return stdout.split('\0').filter((each) => each !== '');
}
