import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, refusal } from '../refusal.ts';
import { pathInside } from './safe-path.ts';

const REFERENCE = /^artifact:([A-Za-z0-9][A-Za-z0-9_-]{0,127})\/(.+)$/s;
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Keeps a run's large outputs below `<runsFolder>/<requestId>/artifacts`.
 * @param runsFolder for example `<project>/.runsheet/runs`
 */
export function createDiskArtifactStore(runsFolder: string): ArtifactStore {
  const folder = async (requestId: string): Promise<string> => {
    if (!REQUEST_ID.test(requestId)) throw badRequestId(requestId);
    const path = join(runsFolder, requestId);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const locate = async (requestId: string, name: string): Promise<string> => {
    const artifacts = join(await folder(requestId), 'artifacts');
    await mkdir(artifacts, { recursive: true, mode: 0o700 });
    return pathInside(artifacts, name);
  };
  return {
    folder,
    async write(requestId, name, content) {
      const bytes = Buffer.byteLength(content);
      if (bytes > LARGEST_BYTES) throw tooLarge(name, bytes);
      const path = await locate(requestId, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, content);
      return `artifact:${requestId}/${name}`;
    },
    async read(reference) {
      const [, requestId, name] = REFERENCE.exec(reference) ?? [];
      if (requestId === undefined || name === undefined) throw badReference(reference);
      return readOrNull(await locate(requestId, name));
    },
  };
}

/** Written beside and renamed: a reader sees the old or the new content, and no link is followed. */
async function replaceFile(path: string, content: Buffer | string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, content, { mode: 0o600, flag: 'wx' });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function badRequestId(requestId: string): PortError {
  const named = { id: JSON.stringify(requestId) };
  return refusal('refused', 'artifacts', diagnose('PATH_OUTSIDE_PROJECT', 'runFolder', named));
}

function badReference(reference: string): PortError {
  const named = { reference: JSON.stringify(reference) };
  return failure('artifacts', diagnose('INVALID', 'artifactReference', named));
}

function tooLarge(name: string, bytes: number): PortError {
  const named = { name, bytes, limit: LARGEST_BYTES };
  return refusal('invalid', name, diagnose('TOO_LARGE', 'artifact', named));
}
