/** Temporal's own server and its SQL tool, built once from the Go module proxy and kept. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { claim, release } from '../../lab/support/claims.ts';
import { run, until } from '../../lab/support/shell.ts';

export const TEMPORAL_VERSION = '1.31.0';
/** Package → the name that its images give it; Go names it after the package. */
const PACKAGES = { 'cmd/server': 'temporal-server', 'cmd/tools/sql': 'temporal-sql-tool' };
/** Ten minutes on one busy core; somebody else's build is waited for as long. */
const BUILD_LIMIT_MS = 30 * 60_000;

export interface Programs {
  /** Both are in it. */
  readonly folder: string;
  readonly server: string;
  readonly sqlTool: string;
}

/** Where they are once they are built. */
export function programs(): Programs {
  const folder = folderOf();
  const at = (name: string): string => join(folder, name);
  return { folder, server: at('temporal-server'), sqlTool: at('temporal-sql-tool') };
}

/**
 * Builds them unless this version is there. Static, so that they also run in an image without a system.
 * @throws where Go is missing, saying what to install
 */
export async function buildPrograms(): Promise<Programs> {
  const folder = folderOf();
  if (existsSync(folder)) return programs();
  await run(['go', 'version']).catch((error: unknown) => {
    throw new Error('Go 1.26 or later must be on PATH: https://go.dev/doc/install', {
      cause: error,
    });
  });
  const lock = `${folder}.lock`;
  mkdirSync(join(folder, '..'), { recursive: true });
  await until('the build of another process', () => claim(lock), BUILD_LIMIT_MS, 500);
  try {
    if (!existsSync(folder)) await build(folder);
  } finally {
    release(lock);
  }
  return programs();
}

async function build(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  process.stdout.write(`cluster: building Temporal ${TEMPORAL_VERSION}, once\n`);
  const beganMs = Date.now();
  const packages = Object.keys(PACKAGES).map(
    (name) => `go.temporal.io/server/${name}@v${TEMPORAL_VERSION}`,
  );
  const argv = ['nice', 'go', 'install', '-trimpath', '-ldflags=-s -w', ...packages];
  const env = { GOBIN: unfinished, CGO_ENABLED: '0', GOFLAGS: '-p=1' };
  await run(argv, { env, limitMs: BUILD_LIMIT_MS });
  for (const [path, name] of Object.entries(PACKAGES)) {
    renameSync(join(unfinished, basename(path)), join(unfinished, name));
  }
  // Whole or not at all.
  renameSync(unfinished, folder);
  process.stdout.write(`cluster: built in ${Math.round((Date.now() - beganMs) / 1000)} s\n`);
}

function folderOf(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'runsheet-ci', `temporal-${TEMPORAL_VERSION}`);
}
