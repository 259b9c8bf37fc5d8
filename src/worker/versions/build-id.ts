/**
 * What names a worker's version: a digest of everything that decides how a run goes on. Two builds of
 * the same sources have the same one, wherever they lie; any change of an activity is another version.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What no worker loads; everything else counts, so that a new folder is not forgotten. */
const NOT_A_WORKERS =
  /^(?:(?:cli|embedded|slack-app|client)\/|(?:client|bundle|workflow-bundle)\.)/u;
/** What the bundle is made of. */
const A_BUNDLES = /^(?:workflows|plan|actions|diagnostics)\//u;
/** As long as a version's name may be read out. */
const LENGTH = 32;

export interface Sources {
  /** Digest of all that a worker loads. */
  readonly all: string;
  /** Digest of what the workflow bundle is made of. */
  readonly workflows: string;
}

/**
 * Reads every file that a worker loads, 2 MB in about 50 ms.
 * @param root the folder of worker.js
 * @param extension `.js` of what is built, `.ts` of the sources
 */
export function digestSources(root: string, extension: '.js' | '.ts'): Sources {
  const all = createHash('sha256');
  const workflows = createHash('sha256');
  for (const file of filesBelow(root, extension)) {
    const content = createHash('sha256')
      .update(readFileSync(join(root, file)))
      .digest('hex');
    const line = `${file} ${content}\n`;
    all.update(line);
    if (A_BUNDLES.test(file)) workflows.update(line);
  }
  return { all: all.digest('hex'), workflows: workflows.digest('hex') };
}

/** Paths with `/`, in one order on every machine. */
function filesBelow(root: string, extension: string): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}${entry.name}`;
      const isFolder = entry.isDirectory();
      if (NOT_A_WORKERS.test(isFolder ? `${path}/` : path)) continue;
      if (isFolder) walk(`${path}/`);
      else if (path.endsWith(extension) && !path.endsWith('.d.ts')) found.push(path);
    }
  };
  walk('');
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** Of the code without its source map, which depends on the folder. */
export function digestOfBundle(code: string): string {
  const map = code.lastIndexOf('\n//# sourceMappingURL=');
  return digestOf(map < 0 ? code : code.slice(0, map));
}

export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export interface BuildParts {
  readonly sources: string;
  readonly bundle: string;
  /** Of package-lock.json: the libraries' versions. */
  readonly lock: string;
}

export function buildIdOf({ sources, bundle, lock }: BuildParts): string {
  return digestOf(['runsheet build', sources, bundle, lock].join('\n')).slice(0, LENGTH);
}
