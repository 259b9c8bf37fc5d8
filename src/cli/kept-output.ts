/** What the worker of this folder has kept of runs: read where it lies, without a server. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLog, KeptRun } from '../plan/command-log.ts';

export interface RunHere extends KeptRun {
  /** Its artifacts. */
  readonly folder: string;
}

export interface Output extends CommandLog {
  /** Its text, redacted. */
  readonly file: string;
}

/** Every run of which something is kept, in no order. Folders of anything else are passed over. */
export async function runsHere(runsFolder: string): Promise<readonly RunHere[]> {
  const found: RunHere[] = [];
  for (const name of await namesIn(runsFolder)) {
    const folder = join(runsFolder, name, 'artifacts');
    const run = keptRunOf(await readText(join(folder, 'run.json')));
    if (run !== null) found.push({ ...run, folder });
  }
  return found;
}

/** What its commands have printed, in the order of the steps, and of their starts within one. */
export async function outputsOf({ folder }: RunHere): Promise<readonly Output[]> {
  const logs = join(folder, 'logs');
  const outputs: Output[] = [];
  for (const name of await namesIn(logs)) {
    if (!name.endsWith('.json')) continue;
    const log = parsed(await readText(join(logs, name)));
    if (isCommandLog(log))
      outputs.push({ ...log, file: join(logs, name.replace(/json$/u, 'log')) });
  }
  return outputs.sort((a, b) => a.step - b.step || a.startedAtMs - b.startedAtMs);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(nothingWhereMissing)) ?? [];
}

/** What `run.json` holds; null: it is none. */
export function keptRunOf(text: string | null): KeptRun | null {
  const run = parsed(text);
  return isKeptRun(run) ? run : null;
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(nothingWhereMissing);
}

/** null: no JSON. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function nothingWhereMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}

function isKeptRun(value: unknown): value is KeptRun {
  const texts = ['workflowId', 'service', 'environment', 'version', 'language'];
  return isObject(value) && texts.every((name) => typeof value[name] === 'string');
}

function isCommandLog(value: unknown): value is CommandLog {
  return (
    isObject(value) &&
    ['step', 'startedAtMs', 'durationMs'].every((name) => typeof value[name] === 'number') &&
    ['name', 'command'].every((name) => typeof value[name] === 'string') &&
    (value['exitCode'] === null || typeof value['exitCode'] === 'number') &&
    Array.isArray(value['servers'])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
