import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { SourceRepository } from '../../ports/source-repository.ts';
import { failure, phrase, refusal } from '../refusal.ts';
import { type CheckoutsOptions, checkoutId, openCheckout, runFolder } from './checkouts.ts';
import { git, gitFailed, gitOutput } from './git-command.ts';
import { readFromCommit } from './git-file.ts';
import { findMissing } from './git-missing.ts';
import { ownerRefusal } from './git-owner.ts';
import { fetchTag, type Remote } from './git-remote.ts';
import { COMMIT, checkTagName, commitOf } from './git-tags.ts';
import { fillVersion, type SourceLocation, sourceFolder } from './source-path.ts';
import { createWorkTree, type Origin, restoreWorkTree, sourceOf } from './work-tree.ts';

export interface GitSourceOptions extends SourceLocation, CheckoutsOptions {
  readonly commands: CommandRunner;
  /** The tag that stands for a version, for example `v${version}`. */
  readonly tag: string;
  /** Where the tag is fetched from; null: it is in the clone. */
  readonly remote: Remote | null;
}

interface Repository {
  /** The folder of `source.path` in the project. */
  readonly path: string;
  /** Holds objects and tags: for a linked work tree another one than its own. */
  readonly commonDir: string;
  /** From the repository's root to `source.path`. */
  readonly prefix: string;
}

const MOST_TAGS = 50_000;

/**
 * A project in a git repository: a version is the commit of its tag, and a checkout a work tree of its
 * own at that commit. Where `path` is a folder below the repository's root, the source is that folder
 * of the work tree. No hook, filter or setting of the project's clone runs.
 */
export function createGitSource(options: GitSourceOptions): SourceRepository {
  const { commands } = options;
  return {
    checkoutsFolder: options.checkoutsFolder,
    resolve: (version) => resolveTag(options, version),
    async checkout(revision, requestId) {
      const repository = await repositoryOf(options, revision);
      const folder = await openCheckout(options, { revision, requestId }, async (made) =>
        createWorkTree({ folder: made, revision }, await originOf(options, repository)),
      );
      await restoreWorkTree(commands, { folder, revision }).catch(async (error: unknown) => {
        throw (await isPartial(options, repository)) ? notWhole(revision, error) : error;
      });
      return join(sourceOf({ folder }), repository.prefix);
    },
    checkoutId: (requestId) => checkoutId(options, requestId),
    files: (revision) => listFiles(options, revision),
    async read(revision, path) {
      const repository = await repositoryOf(options, revision);
      const { prefix } = repository;
      return readFromCommit(commands, repository.path, { revision, prefix, path });
    },
    async missing(revision, requestId) {
      const { path, prefix } = await repositoryOf(options, revision);
      const folder = await runFolder(options, requestId);
      return findMissing(commands, { tree: { folder, revision }, prefix, project: path });
    },
  };
}

async function listFiles(
  options: GitSourceOptions,
  revision: string,
): Promise<ReadonlySet<string>> {
  const { path, prefix } = await repositoryOf(options, revision);
  const tree = `${revision}:${prefix}`;
  const args = ['ls-tree', '-r', '-z', '--full-tree', '--name-only', tree];
  const result = await git(options.commands, { cwd: path, args });
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
  checkTagName({ version, tag });
  const { commonDir } = await locateRepository(options, path);
  const { commands, remote } = options;
  if (remote !== null) await fetchTag(commands, path, remote, { version, tag });
  const revision = await commitOf(commands, { path, commonDir }, { version, tag });
  return { revision, kind: 'git' };
}

/** The tag's folder may depend on the version; every one of them is in the same repository. */
async function repositoryOf(options: GitSourceOptions, revision: string): Promise<Repository> {
  if (!COMMIT.test(revision)) throw noCommit(revision);
  const path = await sourceFolder({ ...options, path: withoutVersion(options.path) }, 'any');
  return locateRepository(options, path);
}

/** A git source is one repository: a path per version makes sense for plain folders only. */
function withoutVersion(path: string): string {
  if (!path.includes('${version}')) return path;
  throw failure('source.path', diagnose('INVALID', 'sourcePathOfVersion', {}));
}

async function locateRepository(
  { commands, path: named }: GitSourceOptions,
  path: string,
): Promise<Repository> {
  const args = ['rev-parse', '--git-common-dir', '--show-prefix'];
  const result = await git(commands, { cwd: path, args });
  if (result.exitCode !== 0) {
    const otherOwner = await ownerRefusal(commands, named, result.stderr);
    if (otherOwner !== null) throw otherOwner;
    const reason = phrase(result.stderr.trim().split('\n')[0] ?? '');
    const diagnostic = diagnose('NOT_FOUND', 'sourceNoRepository', { folder: named, reason });
    throw failure(named, diagnostic);
  }
  const [commonDir = '', prefix = ''] = result.stdout.split('\n');
  return {
    path,
    commonDir: await realpath(resolve(path, commonDir)),
    prefix: prefix.replace(/\/$/, ''),
  };
}

/** Tags as they are now: a run's `git describe` answers the same to its end. */
async function originOf(
  { commands }: GitSourceOptions,
  { path, commonDir }: Repository,
): Promise<Origin> {
  const format = '--format=%(objectname) %(refname)';
  const args = ['for-each-ref', format, `--count=${MOST_TAGS}`, 'refs/tags'];
  return { commonDir, tags: await gitOutput(commands, { cwd: path, args }, commonDir) };
}

/** A clone that fetches contents when they are asked for has not fetched all of them. */
async function isPartial({ commands }: GitSourceOptions, { path }: Repository): Promise<boolean> {
  const settings = '^(extensions\\.partialclone|remote\\..*\\.promisor)$';
  const args = ['config', '--get-regexp', settings];
  return (await git(commands, { cwd: path, args })).exitCode === 0;
}

function notWhole(revision: string, cause: unknown): PortError {
  const diagnostic = diagnose('SOURCE_INCOMPLETE', 'partialClone', { revision });
  return refusal('refused', revision, diagnostic, { cause });
}

function tooManyFiles(tree: string): PortError {
  return refusal('invalid', tree, diagnose('TOO_LARGE', 'sourceTree', { tree }));
}

function noCommit(revision: string): PortError {
  const named = { revision: JSON.stringify(revision) };
  return failure(revision, diagnose('INVALID', 'sourceNoCommit', named));
}
