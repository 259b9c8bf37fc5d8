/** The workflow code, bundled by the build or now, and the build id of this installation. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildIdOf, digestOf, digestOfBundle, digestSources } from './build-id.ts';

export interface WorkflowCode {
  readonly code: string;
  readonly buildId: string;
}

/** What the build knew, and an installed package does not: beside the bundle, in build.json. */
interface BuildNote {
  /** Digest of the sources that the bundle was made of; a bundle of others is not used. */
  readonly workflows: string;
  readonly lock: string;
}

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const ROOT = pathOf('../../');
const BUNDLE = pathOf('../../workflow-bundle.js');
const NOTE = pathOf('../../build.json');
const LOCK = pathOf('../../../package-lock.json');

/** The code that this installation's worker runs; bundled anew where the build has not done it. */
export async function loadWorkflowCode(): Promise<WorkflowCode> {
  const sources = digestSources(ROOT, EXTENSION);
  const note = EXTENSION === '.ts' ? null : noteOfBuild();
  const built = note?.workflows === sources.workflows ? await readFile(BUNDLE, 'utf8') : null;
  const code = built ?? (await bundle());
  const parts = {
    sources: sources.all,
    bundle: digestOfBundle(code),
    lock: note?.lock ?? digestOfLock(),
  };
  return { code, buildId: buildIdOf(parts) };
}

/** The build's last step: leaves the bundle, and what it was made of, beside the compiled code. */
export async function buildBundle(): Promise<WorkflowCode> {
  const { workflows } = digestSources(ROOT, EXTENSION);
  const note: BuildNote = { workflows, lock: digestOfLock() };
  await writeFile(BUNDLE, await bundle());
  await writeFile(NOTE, `${JSON.stringify(note)}\n`);
  return loadWorkflowCode();
}

/** Bundles the interpreter; takes a few seconds. */
export async function bundle(): Promise<string> {
  const quiet = {
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    log: ignore,
  };
  const workflowsPath = pathOf(`../../workflows/index${EXTENSION}`);
  // Loaded where it is needed: what only asks for the build id need not wait for it.
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  return code;
}

/** null: nothing has been built here. */
function noteOfBuild(): BuildNote | null {
  const text = readIfThere(NOTE);
  const note: unknown = text === null ? null : JSON.parse(text.toString());
  return isNote(note) ? note : null;
}

function isNote(value: unknown): value is BuildNote {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'workflows' in value && 'lock' in value && typeof value.lock === 'string';
}

/** Of a checkout; empty where there is none and nothing has been built. */
function digestOfLock(): string {
  const lock = readIfThere(LOCK);
  return lock === null ? '' : digestOf(lock);
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function ignore(): void {}
