import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import { PortError } from '../../ports/port-error.ts';
import type { SourceRepository } from '../../ports/source-repository.ts';
import { completeCheckout, prepareCheckout } from './checkout-marker.ts';
import { fillVersion, type SourceLocation, sourceFolder } from './source-path.ts';

export interface GitSourceOptions extends SourceLocation {
  readonly commands: CommandRunner;
  /** The tag that stands for a version, for example `v${version}`. */
  readonly tag: string;
}

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const TAG = /^(?!-)[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}$/;
const TIMEOUT_MS = 120_000;
const QUIET = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C.UTF-8' };

/**
 * A project in a git repository: a version is the commit of its tag, and a checkout the files of that
 * commit without the repository, so that no hook and no setting of a clone runs. Where `path` is a
 * folder below the repository's root, the checkout is that folder. Submodules are left out.
 */
export function createGitSource(options: GitSourceOptions): SourceRepository {
  return {
    resolve: (version) => resolveTag(options, version),
    async checkout(revision, folder) {
      const { gitDir, tree } = await locateTree(options, revision);
      await prepareCheckout(folder, revision);
      await writeFiles(options, { gitDir, tree, folder });
      await completeCheckout(folder, revision);
    },
    files: (revision) => listFiles(options, revision),
  };
}

/** Where the files of a commit are: the folder `path` of it, as a tree. */
async function locateTree(
  options: GitSourceOptions,
  revision: string,
): Promise<{ readonly gitDir: string; readonly tree: string }> {
  if (!COMMIT.test(revision)) throw noCommit(revision);
  // The tag's folder may depend on the version; every one of them is in the same repository.
  const path = await sourceFolder({ ...options, path: withoutVersion(options.path) }, 'any');
  const { gitDir, prefix } = await locateRepository(options, path);
  return { gitDir, tree: `${revision}:${prefix}` };
}

async function listFiles(
  options: GitSourceOptions,
  revision: string,
): Promise<ReadonlySet<string>> {
  const { gitDir, tree } = await locateTree(options, revision);
  const args = ['ls-tree', '-r', '-z', '--full-tree', '--name-only', tree];
  const result = await git(options, options.projectFolder, args, { GIT_DIR: gitDir });
  if (result.exitCode !== 0) throw gitFailed(result, tree);
  if (result.truncated) throw tooManyFiles(tree);
  return new Set(result.stdout.split('\0').filter((name) => name !== ''));
}

async function resolveTag(
  options: GitSourceOptions,
  version: string,
): ReturnType<SourceRepository['resolve']> {
  const path = await sourceFolder({ ...options, path: withoutVersion(options.path) }, version);
  const tag = fillVersion(options.tag, version);
  const { gitDir } = await locateRepository(options, path);
  if (!TAG.test(tag) || tag.includes('..') || tag.endsWith('.lock')) throw noTag(version, tag);
  const ref = `refs/tags/${tag}^{commit}`;
  const found = await git(options, path, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    ref,
  ]);
  if (found.endedBy !== 'exit') throw gitFailed(found, gitDir);
  const revision = found.stdout.trim();
  if (found.exitCode !== 0 || !COMMIT.test(revision)) {
    throw noTag(version, tag, await nearbyTags(options, path));
  }
  return { revision, kind: 'git' };
}

/** A git source is one repository: a path per version makes sense for plain folders only. */
function withoutVersion(path: string): string {
  if (!path.includes('${version}')) return path;
  throw new PortError(
    'invalid',
    'source.path',
    'source.path holds ${version}, and source.kind is git.',
    'Put ${version} into source.tag, or set source.kind to folder, in runsheet.yaml.',
  );
}

async function locateRepository(
  options: GitSourceOptions,
  path: string,
): Promise<{ readonly gitDir: string; readonly prefix: string }> {
  const result = await git(options, path, ['rev-parse', '--absolute-git-dir', '--show-prefix']);
  if (result.exitCode !== 0) {
    const reason = result.stderr.trim().split('\n')[0] ?? '';
    throw new PortError(
      'not-found',
      options.path,
      `The source folder ${options.path} is in no git repository: ${reason}`,
      'Run git init there and tag a version, or set source.kind to folder in runsheet.yaml.',
    );
  }
  const [gitDir = '', prefix = ''] = result.stdout.split('\n');
  return { gitDir, prefix: prefix.replace(/\/$/, '') };
}

/** Writes every file of a tree, also over changed ones, by way of an index that is thrown away. */
async function writeFiles(
  options: GitSourceOptions,
  work: { readonly gitDir: string; readonly tree: string; readonly folder: string },
): Promise<void> {
  const index = `${work.folder}.index-${randomUUID()}`;
  const env = { GIT_DIR: work.gitDir, GIT_WORK_TREE: work.folder, GIT_INDEX_FILE: index };
  try {
    for (const args of [
      ['read-tree', work.tree],
      ['checkout-index', '--all', '--force'],
    ]) {
      const result = await git(options, work.folder, args, env);
      if (result.exitCode !== 0) throw gitFailed(result, work.tree);
    }
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

async function nearbyTags(options: GitSourceOptions, path: string): Promise<string> {
  const result = await git(options, path, ['tag', '--list', '--sort=-creatordate']);
  return result.stdout.trim().split('\n').filter(Boolean).slice(0, 5).join(', ');
}

function git(
  options: GitSourceOptions,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const argv = ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', ...args];
  return options.commands.run({ argv, cwd, env: { ...QUIET, ...env }, timeoutMs: TIMEOUT_MS });
}

function noTag(version: string, tag: string, tags = ''): PortError {
  const known = tags === '' ? 'The repository has no tags.' : `The newest tags are ${tags}.`;
  return new PortError(
    'not-found',
    version,
    `The version ${version} names no commit: the repository has no tag ${JSON.stringify(tag)}.`,
    `${known} Tag the commit (git tag ${JSON.stringify(tag)} <commit>), or correct the version or source.tag.`,
  );
}

function noCommit(revision: string): PortError {
  return new PortError(
    'invalid',
    revision,
    `${JSON.stringify(revision)} is no commit id.`,
    'Start the run again, so that its version is resolved.',
  );
}

function tooManyFiles(tree: string): PortError {
  return new PortError(
    'invalid',
    tree,
    `TOO_LARGE: the names of the files of ${tree} are more than can be read.`,
    'Point source.path in runsheet.yaml at the folder of the service alone.',
  );
}

function gitFailed(result: CommandResult, subject: string): PortError {
  const reason = result.stderr.trim().slice(0, 300) || `it ended by ${result.endedBy}`;
  return new PortError(
    result.endedBy === 'exit' ? 'invalid' : 'unavailable',
    subject,
    `git failed for ${subject}: ${reason}`,
    'Check the repository with git fsck and the free space of the disk.',
  );
}
