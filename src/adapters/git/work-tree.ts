/**
 * A run's work tree of git. Its objects are the project's, which it only reads; everything else is its
 * own: its commit, the tags as they were when the run began, no remote, no hook, no setting.
 *
 * `pinned.git` is what we work with. `source.git` is the copy that tools use through `source/.git`, and
 * is made anew where one of them changed what decides its answers. It is no folder in `source`, so that
 * it is in no release and no build's context.
 */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandRunner } from '../../ports/command-runner.ts';
import { type GitCall, git, gitFailed, gitOutput, ownEnvironment } from './git-command.ts';

export interface WorkTree {
  /** The run's folder, which holds all of it. */
  readonly folder: string;
  readonly revision: string;
}

/** What of the project's repository a work tree is made of. */
export interface Origin {
  /** Holds `objects`. */
  readonly commonDir: string;
  /** Lines of `packed-refs`. */
  readonly tags: string;
}

const SHA256_LENGTH = 64;
const DOT_GIT = 'gitdir: ../source.git\n';
/** What `git describe`, `git status` and the like answer by, the index aside. */
const DECISIVE = ['HEAD', 'config', 'packed-refs', 'shallow', 'objects/info/alternates'];

export function sourceOf({ folder }: Pick<WorkTree, 'folder'>): string {
  return join(folder, 'source');
}

/** Makes it without files; `restore` writes them. */
export async function createWorkTree(
  { folder, revision }: WorkTree,
  { commonDir, tags }: Origin,
): Promise<void> {
  const pinned = join(folder, 'pinned.git');
  const isSha256 = revision.length === SHA256_LENGTH;
  const files: Record<string, string> = {
    HEAD: `${revision}\n`,
    config: isSha256
      ? '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n'
      : '[core]\n\trepositoryformatversion = 0\n',
    'packed-refs': tags,
    'objects/info/alternates': `${join(commonDir, 'objects')}\n`,
  };
  const shallow = await readFile(join(commonDir, 'shallow'), 'utf8').catch(() => null);
  if (shallow !== null) files['shallow'] = shallow;
  await mkdir(join(pinned, 'refs'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(pinned, name)), { recursive: true });
    await writeFile(join(pinned, name), content);
  }
  await mkdir(sourceOf({ folder }));
}

/**
 * Puts every file of the commit back that differs, and touches no other; what was made beside them
 * stays. `git status` of a new one is clean.
 */
export async function restoreWorkTree(commands: CommandRunner, tree: WorkTree): Promise<void> {
  const source = sourceOf(tree);
  const index = join(tree.folder, `index-${randomUUID()}`);
  try {
    await restoreDotGit(join(source, '.git'));
    const call = (...args: string[]): GitCall => inWorkTree(tree, index, args);
    await gitOutput(commands, call('read-tree', tree.revision), tree.revision);
    // Files that are as pinned are found to be so, and not written again under a command that runs.
    const refreshed = await git(commands, call('update-index', '-q', '--refresh'));
    if (refreshed.exitCode !== 0 && refreshed.exitCode !== 1) throw gitFailed(refreshed, source);
    const write = call('checkout-index', '--all', '--force', '--index');
    await gitOutput(commands, write, tree.revision);
    await restoreRepository(tree, index);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** A call on the files of the source, by an index of the commit. */
export function inWorkTree(
  { folder }: WorkTree,
  index: string,
  args: readonly string[],
  cwd = sourceOf({ folder }),
): GitCall {
  const pinned = join(folder, 'pinned.git');
  const env = {
    ...ownEnvironment(pinned),
    GIT_DIR: pinned,
    GIT_WORK_TREE: sourceOf({ folder }),
    GIT_INDEX_FILE: index,
  };
  return { cwd, args, env };
}

async function restoreDotGit(file: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === DOT_GIT) return;
  await rm(file, { recursive: true, force: true });
  await writeFile(file, DOT_GIT);
}

async function restoreRepository({ folder }: WorkTree, index: string): Promise<void> {
  const pinned = join(folder, 'pinned.git');
  const used = join(folder, 'source.git');
  if (!(await answersAlike(pinned, used))) {
    const beside = `${used}-${randomUUID()}`;
    await cp(pinned, beside, { recursive: true });
    await rm(used, { recursive: true, force: true });
    await rename(beside, used);
  }
  await rename(index, join(used, 'index'));
}

async function answersAlike(pinned: string, used: string): Promise<boolean> {
  for (const name of DECISIVE) {
    const [wanted, found] = await Promise.all([pinned, used].map((each) => contentOf(each, name)));
    if (wanted !== found) return false;
  }
  const refs = await readdir(join(used, 'refs'), { recursive: true, withFileTypes: true }).catch(
    () => null,
  );
  return refs?.every((each) => each.isDirectory()) === true;
}

function contentOf(folder: string, name: string): Promise<string | null> {
  return readFile(join(folder, name), 'utf8').catch(() => null);
}
