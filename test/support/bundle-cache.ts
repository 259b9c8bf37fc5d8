/** Keeps the workflow bundle between test files and runs: webpack takes longer than most tests. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${ROOT}node_modules/.cache/runsheet`;

/**
 * The bundle of these very sources: from the cache, else made and put there.
 * @param also files beside src that the bundle depends on
 */
export async function cachedBundle(
  make: () => Promise<WorkflowBundle>,
  also: readonly string[] = [],
): Promise<WorkflowBundle> {
  const path = `${FOLDER}/workflows-${digestOfSources(also)}.js`;
  const cached = readIfThere(path);
  if (cached !== null) return { code: cached };
  const bundle = await make();
  if (!('code' in bundle)) return bundle;
  mkdirSync(FOLDER, { recursive: true });
  // Renamed into place: another process may read it at the same moment.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, bundle.code);
  renameSync(unfinished, path);
  return bundle;
}

/** Everything that a bundle could hold: all sources, and the versions of all libraries. */
function digestOfSources(also: readonly string[]): string {
  const hash = createHash('sha256');
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' });
  const typescript = sources.filter((each) => each.endsWith('.ts')).sort();
  const files = [...typescript.map((each) => `src/${each}`), 'package-lock.json', ...also];
  for (const file of files) {
    hash.update(`${file}\n`).update(readFileSync(`${ROOT}${file}`));
  }
  return hash.digest('hex').slice(0, 32);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
