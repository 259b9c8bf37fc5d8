import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRunsheet, type RunsheetClient } from '../../client.ts';
import { environmentOfProcess } from '../../config/environment.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import { type Environment, startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess } from '../../embedded/worker-process.ts';

const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));

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
  /** Where the traffic's requests go. */
  readonly balancerUrl: string;
  /** The page of a run in the Web UI; null: there is none. */
  uiPage(workflowId: string): string | null;
  close(): Promise<void>;
}

/**
 * Starts the stage in a temporary folder of its own.
 * @throws EmbeddedError if a component does not start; nothing is left running then
 */
export async function startStage(onProgress: (text: Localized) => void): Promise<DemoStage> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-demo-'));
  const checkouts = `${folder}-checkouts`;
  const closing: (() => Promise<void>)[] = [folder, checkouts].map(
    (each) => () => rm(each, { recursive: true, force: true }),
  );
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    await cp(SAMPLE, folder, { recursive: true });
    const environment = await startEnvironment({
      projectFolder: folder,
      servers: Object.entries(SERVERS).flatMap(([name, servers]) =>
        servers.map((server) => ({ name: server, environment: name })),
      ),
      env: { ...environmentOfProcess(), RUNSHEET_CHECKOUTS: checkouts },
      onProgress,
    });
    closing.push(() => environment.close());
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: { ...environmentOfProcess(), ...environment.env },
      args: ['--make-current'],
      onStarted: (pid) => void environment.record(pid),
    });
    closing.push(() => worker.close());
    const { temporal, balancer } = environment.connections;
    const client = await connectRunsheet({ ...temporal, environment: environmentOfProcess() });
    closing.push(() => client.close());
    return {
      folder,
      environment,
      client,
      balancerUrl: balancer.pools['production'] ?? '',
      uiPage: (workflowId) =>
        temporal.uiUrl === null
          ? null
          : `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${workflowId}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Writes the version into the sample's package file, so that v2 has other content. */
export async function renameVersion(folder: string, version: string): Promise<void> {
  const file = join(folder, 'package.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/"version": "[^"]*"/u, `"version": "${version}"`));
}
