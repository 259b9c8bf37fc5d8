/** The workflow code, bundled by the build or now, and its build id. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export interface WorkflowCode {
  readonly code: string;
  /** Digest of the code without its source map, which depends on the folder. */
  readonly buildId: string;
}

const FROM_SOURCE = import.meta.url.endsWith('.ts');
/** The folders of the workflow code; a bundle older than any file in them is not used. */
const PARTS = ['workflows', 'plan', 'actions'];

export async function loadWorkflowCode(): Promise<WorkflowCode> {
  const code = (await readBuiltBundle()) ?? (await bundle());
  return { code, buildId: buildIdOf(code) };
}

/** Bundles the interpreter; takes a few seconds. */
export async function bundle(): Promise<string> {
  const workflowsPath = fileURLToPath(
    new URL(`../workflows/index.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url),
  );
  const quiet = {
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    log: ignore,
  };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  return code;
}

export function builtBundlePath(): string {
  return fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
}

/** `sha256` of the code without `//# sourceMappingURL=…`, cut to the length of a version's name. */
export function buildIdOf(code: string): string {
  const bare = code.replace(/^\/\/[#@] sourceMappingURL=.*$/gmu, '');
  return createHash('sha256').update(bare, 'utf8').digest('hex').slice(0, 32);
}

async function readBuiltBundle(): Promise<string | null> {
  if (FROM_SOURCE) return null;
  try {
    const built = await stat(builtBundlePath());
    const newest = await Promise.all(
      PARTS.map((part) => newestMs(fileURLToPath(new URL(`../${part}`, import.meta.url)))),
    );
    if (Math.max(...newest) > built.mtimeMs) return null;
    return await readFile(builtBundlePath(), 'utf8');
  } catch {
    return null;
  }
}

async function newestMs(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const times = await Promise.all(
    names
      .filter((name) => name.endsWith('.js'))
      .map(async (name) => (await stat(join(folder, name))).mtimeMs),
  );
  return Math.max(0, ...times);
}

function ignore(): void {}
