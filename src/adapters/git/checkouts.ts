/**
 * Where checkouts lie: a folder for each project, in it one for each run, all of them outside the
 * project and for this user alone.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { escapes } from '../artifacts/safe-path.ts';
import { refusal } from '../refusal.ts';

export interface CheckoutsOptions {
  readonly projectFolder: string;
  /** Of all projects of this user, for example `~/.cache/runsheet/checkouts`. */
  readonly checkoutsFolder: string;
}

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
/** A checkout that no activity has asked for in this time is taken away with the next run's. */
const KEPT_MS = 7 * 86_400_000;
const MARKER = 'revision';
const ID = 'id';
const OWNER_ONLY = 0o700;

/**
 * The folder of a run's checkout. It is emptied unless a whole checkout of the revision is in it: what
 * commands of the run made there (installed packages, build results, reports) stays.
 * @param make fills it
 * @throws PortError `refused` CHECKOUTS_FOLDER where it would lie inside the project, or is not ours
 */
export async function openCheckout(
  options: CheckoutsOptions,
  { revision, requestId }: { readonly revision: string; readonly requestId: string },
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = await runFolder(options, requestId);
  const marker = join(folder, MARKER);
  const found = await readFile(marker, 'utf8').catch(() => null);
  if (found !== revision) {
    await removeOld(dirname(folder));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: OWNER_ONLY });
    await writeFile(join(folder, ID), randomUUID());
    await make(folder);
  }
  // Also says when it was last asked for.
  await writeFile(marker, revision);
  return folder;
}

/** What tells one checkout of a run from the next. Empty: there is none, or of an earlier Runsheet. */
export async function checkoutId(options: CheckoutsOptions, requestId: string): Promise<string> {
  const folder = await runFolder(options, requestId);
  return readFile(join(folder, ID), 'utf8').catch(() => '');
}

/** Where a run's checkout is, whether or not it is there. */
export async function runFolder(options: CheckoutsOptions, requestId: string): Promise<string> {
  if (!REQUEST_ID.test(requestId)) throw badRequestId(requestId);
  await mkdir(options.checkoutsFolder, { recursive: true, mode: OWNER_ONLY });
  const real = await realpath(options.checkoutsFolder);
  await assertOurs(real);
  const project = await realpath(options.projectFolder);
  if (!escapes(project, real)) throw insideProject(real);
  const name = basename(project).replace(/[^A-Za-z0-9._-]/g, '_');
  const digest = createHash('sha256').update(project).digest('hex').slice(0, 16);
  const ofProject = join(real, `${name}-${digest}`);
  await mkdir(ofProject, { recursive: true, mode: OWNER_ONLY });
  if ((await assertOurs(ofProject)) !== OWNER_ONLY) await chmod(ofProject, OWNER_ONLY);
  return join(ofProject, requestId);
}

/** The nearest folder from here upwards that is a work tree of git; null: there is none. */
export async function enclosingWorkTree(folder: string): Promise<string | null> {
  for (let path = folder; ; path = dirname(path)) {
    const isWorkTree = await access(join(path, '.git')).then(
      () => true,
      () => false,
    );
    if (isWorkTree) return path;
    if (dirname(path) === path) return null;
  }
}

/** In a temporary folder anybody may have made it before. @returns its permissions */
async function assertOurs(folder: string): Promise<number> {
  const found = await lstat(folder);
  const isOurs = found.uid === process.getuid?.() || found.uid === 0;
  if (!found.isDirectory() || !isOurs) throw notOurs(folder);
  return found.mode & 0o777;
}

async function removeOld(ofProject: string): Promise<void> {
  const before = Date.now() - KEPT_MS;
  for (const name of await readdir(ofProject)) {
    const folder = join(ofProject, name);
    const used = await stat(join(folder, MARKER)).catch(() => stat(folder).catch(() => null));
    if (used === null || used.mtimeMs >= before) continue;
    // Files that a container made may belong to somebody else: they stay until they are taken away.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function badRequestId(requestId: string): PortError {
  const named = { id: JSON.stringify(requestId) };
  return refusal('refused', 'checkouts', diagnose('PATH_OUTSIDE_PROJECT', 'checkout', named));
}

function insideProject(folder: string): PortError {
  return refusal('refused', folder, diagnose('CHECKOUTS_FOLDER', 'insideProject', { folder }));
}

/** Of a plain folder: nothing in it says where it ends. */
export function insideWorkTree(folder: string, workTree: string): PortError {
  const named = { folder, workTree };
  return refusal('refused', folder, diagnose('CHECKOUTS_FOLDER', 'insideWorkTree', named));
}

function notOurs(folder: string): PortError {
  return refusal('refused', folder, diagnose('CHECKOUTS_FOLDER', 'notOurs', { folder }));
}
