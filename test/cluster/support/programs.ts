/** Temporal's own programs, built once from the Go module proxy and kept. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { claim, release } from '../../lab/support/claims.ts';
import { run, until } from '../../lab/support/shell.ts';

export const TEMPORAL_VERSION = '1.31.0';
/** Ten minutes on one busy core; somebody else's build is waited for as long. */
const BUILD_LIMIT_MS = 30 * 60_000;
const DOWNLOAD_LIMIT_MS = 10 * 60_000;

/** Programs of one Go module in one version. */
export interface GoPrograms {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Package → the name that its image gives it; Go names it after the package. */
  readonly packages: Readonly<Record<string, string>>;
}

const SERVER: GoPrograms = {
  name: 'temporal',
  module: 'go.temporal.io/server',
  version: TEMPORAL_VERSION,
  packages: { 'cmd/server': 'temporal-server', 'cmd/tools/sql': 'temporal-sql-tool' },
};

/** The Web UI, its pages included. */
export function webUiPrograms(version: string): GoPrograms {
  const module = 'github.com/temporalio/ui-server/v2';
  return { name: 'temporal-ui', module, version, packages: { 'cmd/server': 'ui-server' } };
}

export interface Programs {
  /** Both are in it. */
  readonly folder: string;
  readonly server: string;
  readonly sqlTool: string;
}

/** Where the server's are once they are built. */
export function programs(): Programs {
  const folder = folderOf(SERVER);
  const at = (name: string): string => join(folder, name);
  return { folder, server: at('temporal-server'), sqlTool: at('temporal-sql-tool') };
}

/**
 * Builds them unless this version is there. Static, so that they also run in an image without a system.
 * @returns the folder they are in. @throws where Go is missing, saying what to install
 */
export async function buildPrograms(wanted: GoPrograms = SERVER): Promise<string> {
  const folder = folderOf(wanted);
  if (existsSync(folder)) return folder;
  await needGo();
  const lock = `${folder}.lock`;
  mkdirSync(cacheFolder(), { recursive: true });
  await until('the build of another process', () => claim(lock), BUILD_LIMIT_MS, 500);
  try {
    if (!existsSync(folder)) await build(wanted, folder);
  } finally {
    release(lock);
  }
  return folder;
}

/** The source of a module as Go keeps it: read-only. */
export async function sourceOf({ module, version }: GoPrograms): Promise<string> {
  await needGo();
  const argv = ['go', 'mod', 'download', '-json', `${module}@v${version}`];
  const told = await run(argv, { cwd: cacheFolder(), limitMs: DOWNLOAD_LIMIT_MS });
  return (JSON.parse(told) as { readonly Dir: string }).Dir;
}

/** Of the programs that `buildPrograms` builds by itself. */
export function serverSource(): Promise<string> {
  return sourceOf(SERVER);
}

async function needGo(): Promise<void> {
  await run(['go', 'version']).catch((error: unknown) => {
    throw new Error('Go 1.26 or later must be on PATH: https://go.dev/doc/install', {
      cause: error,
    });
  });
}

async function build(wanted: GoPrograms, folder: string): Promise<void> {
  const { name, module, version, packages } = wanted;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  process.stdout.write(`cluster: building ${name} ${version}, once\n`);
  const beganMs = Date.now();
  const paths = Object.keys(packages).map((path) => `${module}/${path}@v${version}`);
  const argv = ['nice', 'go', 'install', '-trimpath', '-ldflags=-s -w', ...paths];
  const env = { GOBIN: unfinished, CGO_ENABLED: '0', GOFLAGS: '-p=1' };
  await run(argv, { env, limitMs: BUILD_LIMIT_MS });
  for (const [path, given] of Object.entries(packages)) {
    renameSync(join(unfinished, basename(path)), join(unfinished, given));
  }
  // Whole or not at all.
  renameSync(unfinished, folder);
  process.stdout.write(`cluster: built in ${Math.round((Date.now() - beganMs) / 1000)} s\n`);
}

function folderOf({ name, version }: GoPrograms): string {
  return join(cacheFolder(), `${name}-${version}`);
}

/** Where what takes long to make is kept from one run of the tests to the next. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runsheet-ci');
}
