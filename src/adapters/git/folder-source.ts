import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { SourceRepository } from '../../ports/source-repository.ts';
import { pathInside } from '../artifacts/safe-path.ts';
import { failure } from '../refusal.ts';
import {
  type CheckoutsOptions,
  checkoutId,
  enclosingWorkTree,
  insideWorkTree,
  openCheckout,
  runFolder,
} from './checkouts.ts';
import { copySource, digestFolder, listSourceFiles } from './folder-digest.ts';
import { findMissingInFolder } from './folder-missing.ts';
import { folderNamed, type SourceLocation, sourceFolder } from './source-path.ts';

export interface FolderSourceOptions extends SourceLocation, CheckoutsOptions {
  /** Holds the pinned copies, one a content digest; for example `<project>/.runsheet/sources`. */
  readonly storeFolder: string;
}

const REVISION = /^sha256:[0-9a-f]{64}$/;

/**
 * A project without a repository: the revision is the content digest of the folder. `resolve` keeps a
 * copy, so that a later edit of the folder does not change what a run checks out.
 */
export function createFolderSource(options: FolderSourceOptions): SourceRepository {
  return {
    checkoutsFolder: options.checkoutsFolder,
    async resolve(version) {
      const folder = await sourceFolder(options, version);
      const revision = await keepCopy(folder, options.storeFolder);
      return { revision, kind: 'folder' };
    },
    async checkout(revision, requestId) {
      const copy = await copyHere(options, revision);
      if ((await digestFolder(copy)) !== revision) throw gone(revision);
      const folder = await openCheckout(options, { revision, requestId }, assertOnItsOwn);
      const source = join(folder, 'source');
      await copySource(copy, source);
      return source;
    },
    checkoutId: (requestId) => checkoutId(options, requestId),
    async read(revision, path) {
      const copy = await copyHere(options, revision);
      const file = await pathInside(copy, path);
      const found = await stat(file).catch(() => null);
      return found?.isFile() === true ? readFile(file, 'utf8') : null;
    },
    async missing(_revision, requestId) {
      return findMissingInFolder(join(await runFolder(options, requestId), 'source'));
    },
    async files(revision) {
      const copy = await copyHere(options, revision);
      return new Set((await listSourceFiles(copy)).map((file) => file.path));
    },
  };
}

/** Nothing in a plain folder ends the search of a tool for the work tree that it is in. */
async function assertOnItsOwn(folder: string): Promise<void> {
  const workTree = await enclosingWorkTree(folder);
  if (workTree !== null) throw insideWorkTree(dirname(folder), workTree);
}

/** Copies first and takes the digest of the copy: an edit meanwhile cannot part the two. */
async function keepCopy(folder: string, storeFolder: string): Promise<string> {
  await mkdir(storeFolder, { recursive: true, mode: 0o700 });
  const beside = join(storeFolder, `.${randomUUID()}`);
  try {
    await copySource(folder, beside);
    const revision = await digestFolder(beside);
    const copy = copyOf(storeFolder, revision);
    if (await exists(copy)) {
      if ((await digestFolder(copy)) === revision) return revision;
      await rm(copy, { recursive: true, force: true });
    }
    await rename(beside, copy).catch(async (error: unknown) => {
      if (!(await exists(copy))) throw error;
    });
    return revision;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/**
 * The pinned copy; where another worker has pinned it, one of this worker's own folder, if it holds the same.
 * @throws PortError NOT_FOUND
 */
async function copyHere(options: FolderSourceOptions, revision: string): Promise<string> {
  const { path, storeFolder } = options;
  const copy = copyOf(storeFolder, revision);
  if (await exists(copy)) return copy;
  // Which of several folders it was, its digest does not say.
  const folder = path.includes('${version}') ? null : await folderNamed(options, path);
  if (folder === null || (await keepCopy(folder, storeFolder)) !== revision) throw gone(revision);
  return copy;
}

function copyOf(storeFolder: string, revision: string): string {
  if (!REVISION.test(revision)) throw gone(revision);
  return join(storeFolder, revision.slice('sha256:'.length));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function gone(revision: string): PortError {
  return failure(revision, diagnose('NOT_FOUND', 'sourceGone', { revision }));
}
