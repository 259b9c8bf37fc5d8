import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRunsheet, type RunsheetClient } from '../../client.ts';
import { environmentOfProcess } from '../../config/environment.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import { startDeathWatch } from '../../embedded/death-watch.ts';
import { type Environment, startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess, type WorkerProcess } from '../../embedded/worker-process.ts';

const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));

/** As its runsheet.yaml calls it. */
const SERVICE = 'shipping-quotes';

/** The sample's environments, as its runsheet.yaml lists them. */
const SERVERS = {
  production: ['app-server-1', 'app-server-2', 'app-server-3'],
  staging: ['staging-server-1'],
  development: ['dev-server-1'],
} as const;

export const PRODUCTION_SERVERS: readonly string[] = SERVERS.production;

/** Everything that the demo runs on: a copy of the sample service, its servers, a worker, a client. */
export interface DemoStage {
  readonly folder: string;
  readonly environment: Environment;
  readonly client: RunsheetClient;
  /** Started again whenever it ends. */
  readonly worker: WorkerProcess;
  /** Where the traffic's requests go. */
  readonly balancerUrl: string;
  /** The page of a run in the Web UI; null: there is none. */
  uiPage(workflowId: string): string | null;
  /** How often this production server has started a process for a run, by its own record. */
  starts(server: string, requestId: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts the stage in a temporary folder of its own, which goes with it, also where this process is killed.
 * @param stop ends the start early, by its reason
 * @throws EmbeddedError if a component does not start; nothing is left running then
 */
export async function startStage(
  onProgress: (text: Localized) => void,
  stop: AbortSignal = new AbortController().signal,
): Promise<DemoStage> {
  const folder = join(tmpdir(), `runsheet-demo-${randomBytes(4).toString('hex')}`);
  const checkouts = `${folder}-checkouts`;
  const watch = startDeathWatch(join(folder, '.runsheet', 'servers'), [folder, checkouts]);
  const closing: (() => Promise<void>)[] = [async () => watch.done()];
  for (const each of [folder, checkouts]) closing.push(() => remove(each));
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    await mkdir(folder, { mode: 0o700 });
    await cp(SAMPLE, folder, { recursive: true });
    stop.throwIfAborted();
    const environment = await startEnvironment({
      projectFolder: folder,
      servers: Object.entries(SERVERS).flatMap(([name, servers]) =>
        servers.map((server) => ({ name: server, environment: name })),
      ),
      env: { ...environmentOfProcess(), RUNSHEET_CHECKOUTS: checkouts },
      onProgress,
      deathWatch: watch,
    });
    closing.push(() => environment.close());
    stop.throwIfAborted();
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: { ...environmentOfProcess(), ...environment.env },
      args: ['--make-current'],
      onStarted: (pid) => void environment.record(pid),
    });
    closing.push(() => worker.close());
    stop.throwIfAborted();
    const { temporal, balancer } = environment.connections;
    const client = await connectRunsheet({ ...temporal, environment: environmentOfProcess() });
    closing.push(() => client.close());
    return {
      folder,
      environment,
      client,
      worker,
      balancerUrl: balancer.pools['production'] ?? '',
      uiPage: (workflowId) =>
        temporal.uiUrl === null
          ? null
          : `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${workflowId}`,
      starts: (server, requestId) => startsOn(environment, server, requestId),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What still ends there may write a last file meanwhile. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** A server writes one line for each start: when, which release, for which run. */
async function startsOn(
  { connections }: Environment,
  server: string,
  requestId: string,
): Promise<number> {
  const folder = connections.servers.find(({ name }) => name === server)?.baseFolder ?? '';
  const file = join(folder, 'services', SERVICE, 'starts');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  return lines.filter((line) => line.split(' ')[2] === requestId).length;
}

/** Writes the version into the sample's package file, so that v2 has other content. */
export async function renameVersion(folder: string, version: string): Promise<void> {
  const file = join(folder, 'package.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/"version": "[^"]*"/u, `"version": "${version}"`));
}
