import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diagnose } from '../diagnostics/diagnose.ts';
import { EmbeddedError } from './embedded-error.ts';
import { endGroup, groupIsAlive } from './process-group.ts';

const GRACE_MS = 5_000;

interface Recorded {
  readonly pid: number;
  /** Distinguishes a process from a later one with the same pid. */
  readonly startedAt: string;
}

interface ClaimContent extends Recorded {
  /** Process groups that must not outlive the holder. */
  readonly groups: readonly Recorded[];
}

export interface FolderClaim {
  /** Records a process group, so that the next claimant ends it should this process be killed. */
  record(pid: number): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes this process the only one that works in a folder. A claim whose process is gone is taken over,
 * after ending what that process left running.
 * @throws EmbeddedError ALREADY_RUNNING that names the process
 */
export async function claimFolder(lockFile: string, folder: string): Promise<FolderClaim> {
  await mkdir(dirname(lockFile), { recursive: true });
  const own: Recorded = { pid: process.pid, startedAt: startOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await create(lockFile, { ...own, groups: [] })) return heldClaim(lockFile, own);
    const holder = await read(lockFile);
    if (holder !== null && isRunning(holder)) throw alreadyRunning(folder, holder.pid);
    for (const group of holder?.groups ?? []) {
      if (groupIsAlive(group.pid) && startOf(group.pid) === group.startedAt)
        await endGroup(group.pid, GRACE_MS);
    }
    await rm(lockFile, { force: true });
  }
  throw alreadyRunning(folder, (await read(lockFile))?.pid ?? 0);
}

function heldClaim(lockFile: string, own: Recorded): FolderClaim {
  let groups: readonly Recorded[] = [];
  /** One write at a time: the last one has all groups. */
  let written: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const beside = `${lockFile}.${randomBytes(4).toString('hex')}`;
    await writeFile(beside, JSON.stringify({ ...own, groups }), { mode: 0o600 });
    await rename(beside, lockFile);
  };
  return {
    record(pid) {
      groups = [
        ...groups.filter((group) => groupIsAlive(group.pid)),
        { pid, startedAt: startOf(pid) },
      ];
      written = written.then(write);
      return written;
    },
    async release() {
      await written.catch(() => undefined);
      const holder = await read(lockFile);
      if (holder?.pid === own.pid) await rm(lockFile, { force: true });
    },
  };
}

/** A link appears whole or not at all, so that nobody reads half a claim. */
async function create(lockFile: string, content: ClaimContent): Promise<boolean> {
  const beside = `${lockFile}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, JSON.stringify(content), { mode: 0o600 });
  try {
    await link(beside, lockFile);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

async function read(lockFile: string): Promise<ClaimContent | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(lockFile, 'utf8'));
    if (!isRecorded(parsed)) return null;
    const groups =
      'groups' in parsed && Array.isArray(parsed.groups) ? parsed.groups.filter(isRecorded) : [];
    return { pid: parsed.pid, startedAt: parsed.startedAt, groups };
  } catch {
    return null;
  }
}

function isRecorded(value: unknown): value is Recorded {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startedAt' in value &&
    typeof value.startedAt === 'string'
  );
}

function isRunning(holder: Recorded): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(holder.pid) === holder.startedAt;
}

/** Start time from the kernel, in ticks since boot; empty if there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function alreadyRunning(folder: string, pid: number): EmbeddedError {
  return new EmbeddedError(diagnose('ALREADY_RUNNING', 'folder', { folder, pid }));
}
