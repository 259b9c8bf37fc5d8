/** What runs and builds have left below `.runsheet`: looked at without following a link. */
import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { buildsFolderOf, runsFolderOf } from '../../config/runs-folder.ts';
import type { KeptRun } from '../../plan/command-log.ts';
import { keptRunOf } from '../kept-output.ts';

export interface FoundFile {
  /** Absolute, without a link in it. */
  readonly path: string;
  readonly bytes: number;
  readonly changedAtMs: number;
}

export interface FoundRun extends KeptRun {
  /** When the latest of its files was written. */
  readonly changedAtMs: number;
  /** Its logs and artifacts; not its report, and not what says which run it is. */
  readonly files: readonly FoundFile[];
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

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/u;
/** Of a run's folder. */
const GOES = [
  /^artifacts\/logs\/[^/]+\.(?:log|json)$/u,
  /^artifacts\/tests\/[^/]+\.(?:xml|txt|json)$/u,
  /^artifacts\/reports\/[^/]+\.json$/u,
  /^artifacts\/image\/.+\.local$/u,
  /^balancer-baseline-[^/]+\.json$/u,
];
const STAYS = [/^artifacts\/(?:run\.json|report\.(?:md|json))$/u, /^artifacts\/sent\/[^/]+\.txt$/u];
const FOLDERS = /^artifacts(?:\/(?:logs|tests|reports|sent|image(?:\/.+)?))?$/u;
const ARCHIVE = '.tar.gz';
const LABELS = '.labels.json';

/** @param projectFolder the folder of runsheet.yaml */
export async function findLeftovers(projectFolder: string): Promise<Found> {
  const others: string[] = [];
  const project = await realpath(projectFolder);
  const runs = (await isOwnFolder(runsFolderOf(project), others))
    ? await findRuns(runsFolderOf(project), others)
    : [];
  const builds = (await isOwnFolder(buildsFolderOf(project), others))
    ? await findBuilds(buildsFolderOf(project), others)
    : [];
  return { runs, builds, others };
}

/** false: it is not there, or it or `.runsheet` is a link. @param folder below the real project folder */
async function isOwnFolder(folder: string, others: string[]): Promise<boolean> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return false;
  if (real === folder) return true;
  others.push(folder);
  return false;
}

async function findRuns(folder: string, others: string[]): Promise<readonly FoundRun[]> {
  const runs: FoundRun[] = [];
  for (const path of await entriesOf(folder, others)) {
    const stats = await statsOf(path);
    const isRun = stats?.isDirectory() === true && REQUEST_ID.test(basename(path));
    const run = isRun ? await keptRun(path) : null;
    if (run === null) others.push(path);
    else runs.push({ ...run, ...(await filesOfRun(path, others)) });
  }
  return runs;
}

async function keptRun(folder: string): Promise<KeptRun | null> {
  const file = join(folder, 'artifacts', 'run.json');
  if ((await realpath(file).catch(() => null)) !== file) return null;
  return keptRunOf(await readFile(file, 'utf8').catch(() => ''));
}

async function filesOfRun(
  folder: string,
  others: string[],
): Promise<Pick<FoundRun, 'files' | 'changedAtMs'>> {
  const files: FoundFile[] = [];
  let changedAtMs = 0;
  const look = async (below: string): Promise<void> => {
    for (const path of await entriesOf(below, others)) {
      const name = path.slice(folder.length + 1).replaceAll(sep, '/');
      const stats = await statsOf(path);
      const isOurs = [...GOES, ...STAYS].some((pattern) => pattern.test(name));
      if (stats?.isDirectory() === true && FOLDERS.test(name)) {
        await look(path);
        continue;
      }
      changedAtMs = Math.max(changedAtMs, stats?.mtimeMs ?? 0);
      if (stats?.isFile() !== true || !isOurs) others.push(path);
      else if (GOES.some((pattern) => pattern.test(name))) files.push(fileOf(path, stats));
    }
  };
  await look(folder);
  return { files, changedAtMs };
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
    files.delete(labels.path);
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
  return { path, bytes: stats.size, changedAtMs: stats.mtimeMs };
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
