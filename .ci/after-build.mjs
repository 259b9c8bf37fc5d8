/**
 * What the compiler does not do: the CLI is made executable, the workflow bundle is built ahead where
 * the project has a builder for it, and `npx runsheet` finds the checkout's own program.
 */
import { chmod, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/cli/main.js');

if (!(await exists(program))) {
  console.error('dist/cli/main.js was not built: src/cli/main.ts is missing.');
  process.exit(1);
}
await chmod(program, 0o755);
await linkProgram();
await buildBundle();

/** npm links the programs of dependencies, never the package's own. */
async function linkProgram() {
  const folder = join(root, 'node_modules/.bin');
  const link = join(folder, 'runsheet');
  await mkdir(folder, { recursive: true });
  await rm(link, { force: true });
  await symlink(relative(folder, program), link);
}

async function buildBundle() {
  const builder = join(root, 'dist/bundle.js');
  if (!(await exists(builder))) return;
  const { prebuild } = await import(pathToFileURL(builder).href);
  if (typeof prebuild === 'function') await prebuild();
}

async function exists(path) {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
