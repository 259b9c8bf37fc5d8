/** What runs have left in the store of artifacts, and builds below `.runsheet`. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ArtifactArchive, RunListing, StoredArtifact } from '../../artifacts.ts';
import { buildsFolderOf } from '../../config/builds-folder.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { KeptRun } from '../../plan/command-log.ts';
import { keptRunOf } from '../kept-output.ts';

export interface FoundFile {
  /** Absolute, without a link in it. */
  readonly place: string;
  readonly bytes: number;
  readonly changedAtMs: number;
}

export interface FoundRun extends KeptRun {
  /** When the latest of its artifacts was written. */
  readonly changedAtMs: number;
  /** Its logs and artifacts; not its report, and not what says which run it is. */
  readonly files: readonly StoredArtifact[];
}

export interface FoundBuild {
  /** `shipping-quotes/v2-production`. */
  readonly name: string;
  readonly changedAtMs: number;
  /** The archive and its labels. */
  readonly files: readonly FoundFile[];
}

export interface Found {
  readonly runs: readonly FoundRun[];
  readonly builds: readonly FoundBuild[];
  /** What Runsheet did not put there, links, and what cannot be read: left alone. */
  readonly others: readonly string[];
}

/** Names of artifacts. */
const GOES = [
  /^logs\/[^/]+\.(?:log|json)$/u,
  /^tests\/[^/]+\.(?:xml|txt|json)$/u,
  /^reports\/[^/]+\.json$/u,
  /^image\/.+\.local$/u,
  /^baselines\/[^/]+\.json$/u,
];
const STAYS = [/^(?:run\.json|report\.(?:md|json))$/u, /^sent\/[^/]+\.txt$/u];
const ARCHIVE = '.tar.gz';
const LABELS = '.labels.json';

/** A project, as far as it says where things are kept. */
interface StoringProject extends Pick<ProjectFile, 'folder'> {
  readonly connections: Pick<ProjectFile['connections'], 'artifacts'>;
}

export async function findLeftovers(
  project: StoringProject,
  store: ArtifactArchive,
): Promise<Found> {
  const others: string[] = [];
  const folder = await realpath(project.folder);
  const builds = buildsFolderOf(folder);
  return {
    runs: (await isRunsOwn(project, others)) ? await findRuns(store, others) : [],
    builds: (await isOwnFolder(builds, others)) ? await findBuilds(builds, others) : [],
    others,
  };
}

/** A folder in the project that is a link, or is in one, is left alone. */
async function isRunsOwn(
  { folder: project, connections: { artifacts } }: StoringProject,
  others: string[],
): Promise<boolean> {
  if (artifacts.kind !== 'folder') return true;
  const below = relative(project, artifacts.folder);
  if (below.startsWith('..')) return true;
  return isOwnFolder(join(await realpath(project), below), others);
}

/** false: it is not there, or it or `.runsheet` is a link. @param folder below the real project folder */
async function isOwnFolder(folder: string, others: string[]): Promise<boolean> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return false;
  if (real === folder) return true;
  others.push(folder);
  return false;
}

async function findRuns(store: ArtifactArchive, others: string[]): Promise<readonly FoundRun[]> {
  const listing = await store.list();
  const abouts = await store.ofEveryRun('run.json');
  const aboutOf = new Map(abouts.map(({ requestId, content }) => [requestId, keptRunOf(content)]));
  others.push(...listing.others);
  return listing.runs.flatMap((run) => {
    const about = aboutOf.get(run.requestId) ?? null;
    // Where it is a link, it may be another run's.
    const isOwn = run.artifacts.some(({ name }) => name === 'run.json');
    if (about !== null && isOwn) return [{ ...about, ...artifactsOf(run, others) }];
    // Who took which server out of its pool is nobody else's, and of no run.
    if (run.requestId !== 'pool-moves') others.push(run.place);
    return [];
  });
}

function artifactsOf(run: RunListing, others: string[]): Pick<FoundRun, 'files' | 'changedAtMs'> {
  const is = (patterns: readonly RegExp[], { name }: StoredArtifact): boolean =>
    patterns.some((pattern) => pattern.test(name));
  const strangers = run.artifacts.filter((each) => !is([...GOES, ...STAYS], each));
  others.push(...[...strangers.map(({ place }) => place), ...run.others].sort());
  return {
    files: run.artifacts.filter((each) => is(GOES, each)),
    changedAtMs: Math.max(0, ...run.artifacts.map((each) => each.changedAtMs)),
  };
}

/** Archives with their labels, at any depth: a repository's name may have slashes. */
async function findBuilds(folder: string, others: string[]): Promise<readonly FoundBuild[]> {
  const files = new Map<string, FoundFile>();
  const look = async (below: string): Promise<void> => {
    for (const path of await entriesOf(below, others)) {
      const stats = await statsOf(path);
      if (stats?.isDirectory() === true) await look(path);
      else if (stats?.isFile() === true && below !== folder) files.set(path, fileOf(path, stats));
      else others.push(path);
    }
  };
  await look(folder);
  const builds: FoundBuild[] = [];
  for (const [path, archive] of files) {
    const stem = path.slice(0, -ARCHIVE.length);
    const labels = files.get(`${stem}${LABELS}`);
    if (!path.endsWith(ARCHIVE) || labels === undefined) continue;
    files.delete(path);
    files.delete(labels.place);
    builds.push({
      name: stem.slice(folder.length + 1).replaceAll(sep, '/'),
      changedAtMs: Math.max(archive.changedAtMs, labels.changedAtMs),
      files: [archive, labels],
    });
  }
  others.push(...files.keys());
  return builds;
}

function fileOf(path: string, stats: Stats): FoundFile {
  return { place: path, bytes: stats.size, changedAtMs: stats.mtimeMs };
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
