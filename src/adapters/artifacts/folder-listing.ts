/** What lies in the folder of the runs: looked at without following a link. */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { ArtifactListing, RunListing, StoredArtifact } from '../../ports/artifact-store.ts';
import { isRequestId } from './names.ts';

/** Runsheet 0.1.0 kept a baseline beside the artifacts. */
const FORMER_BASELINE = /^balancer-baseline-([^/]+\.json)$/u;

/** @param folder without a link in it @param requestId of the one run that is wanted */
export async function listFolder(folder: string, requestId?: string): Promise<ArtifactListing> {
  const others: string[] = [];
  const runs: RunListing[] = [];
  const paths =
    requestId === undefined ? await entriesOf(folder, others) : [join(folder, requestId)];
  for (const path of paths) {
    const isRun = (await statsOf(path))?.isDirectory() === true && isRequestId(basename(path));
    if (isRun) runs.push(await listRun(path));
    else if (requestId === undefined) others.push(path);
  }
  return { runs, others };
}

async function listRun(place: string): Promise<RunListing> {
  const requestId = basename(place);
  const others: string[] = [];
  const artifacts: StoredArtifact[] = [];
  const look = async (folder: string): Promise<void> => {
    for (const path of await entriesOf(folder, others)) {
      const name = nameOf(path.slice(place.length + 1));
      const stats = await statsOf(path);
      if (stats?.isDirectory() === true) await look(path);
      else if (stats?.isFile() !== true || name === null) others.push(path);
      else artifacts.push(artifactOf({ requestId, name, place: path }, stats));
    }
  };
  await look(place);
  return { requestId, place, artifacts, others };
}

/** @param path below the run's folder */
function nameOf(path: string): string | null {
  const [first, ...rest] = path.split(sep);
  if (first === 'artifacts' && rest.length > 0) return rest.join('/');
  const [, former] = FORMER_BASELINE.exec(path) ?? [];
  return former === undefined ? null : `baselines/${former}`;
}

function artifactOf(
  about: Pick<StoredArtifact, 'requestId' | 'name' | 'place'>,
  stats: Stats,
): StoredArtifact {
  return { ...about, bytes: stats.size, changedAtMs: stats.mtimeMs, mark: markOf(stats) };
}

export function markOf({ size, mtimeMs, ino }: Stats): string {
  return `${size}-${mtimeMs}-${ino}`;
}

/** Whole paths, by name; a folder that cannot be read is left alone. */
async function entriesOf(folder: string, others: string[]): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch {
    others.push(folder);
    return [];
  }
}

/** Of a link the link's own; null: it is gone, or cannot be looked at. */
async function statsOf(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}
