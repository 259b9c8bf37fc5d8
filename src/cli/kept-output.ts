/** What the workers have kept of runs: read from the store of artifacts, without a Temporal server. */
import type { ArtifactArchive } from '../artifacts.ts';
import type { CommandLog, KeptRun } from '../plan/command-log.ts';

export interface RunKept extends KeptRun {
  readonly requestId: string;
}

export interface Output extends CommandLog {
  /** Of its text, redacted. */
  readonly reference: string;
}

/** Every run of which something is kept, in no order. What is anything else is passed over. */
export async function runsKept(store: ArtifactArchive): Promise<readonly RunKept[]> {
  const all = await store.ofEveryRun('run.json');
  return all.flatMap(({ requestId, content }) => {
    const run = keptRunOf(content);
    return run === null ? [] : [{ ...run, requestId }];
  });
}

/** What its commands have printed, in the order of the steps, and of their starts within one. */
export async function outputsOf(
  store: ArtifactArchive,
  { requestId }: RunKept,
): Promise<readonly Output[]> {
  const { runs } = await store.list(requestId);
  const outputs: Output[] = [];
  for (const { name } of runs.flatMap(({ artifacts }) => artifacts)) {
    if (!/^logs\/[^/]+\.json$/u.test(name)) continue;
    const log = parsed(await store.read(`artifact:${requestId}/${name}`));
    if (isCommandLog(log))
      outputs.push({ ...log, reference: `artifact:${requestId}/${name.replace(/json$/u, 'log')}` });
  }
  return outputs.sort((a, b) => a.step - b.step || a.startedAtMs - b.startedAtMs);
}

/** What `run.json` holds; null: it is none. */
export function keptRunOf(content: Buffer): KeptRun | null {
  const run = parsed(content);
  return isKeptRun(run) ? run : null;
}

/** null: no JSON. */
function parsed(content: Buffer | null): unknown {
  try {
    return content === null ? null : JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
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
