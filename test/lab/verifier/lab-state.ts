/** `lab state`: what is true on the servers, in the balancer and for who asks, as a plain object. */
import { request } from 'node:http';
import { type ContainerTruth, containersOf, fileOn } from './engine.ts';
import { type PoolTruth, poolTruth } from './pool.ts';

const ANSWER_LIMIT_MS = 3_000;
const ASKED = 6;

export interface ServerTruth {
  /** Every container; null: the engine does not answer. */
  readonly containers: readonly ContainerTruth[] | null;
  /** Digests of the images whose containers run. */
  readonly running: readonly string[];
  /** Version that the service answers on its own port; null: no answer. */
  readonly version: string | null;
  /** Content of the service's configuration file. */
  readonly configuration: string | null;
}

export interface LabTruth {
  readonly servers: Readonly<Record<string, ServerTruth>>;
  readonly pool: Readonly<Record<string, PoolTruth>>;
  /** Versions that requests through the balancer got, or the status where it was not 200, counted. */
  readonly answers: Readonly<Record<string, number>>;
}

export interface Looked {
  readonly servers: readonly { readonly name: string; readonly address: string }[];
  readonly haproxy: { readonly url: string; ask(command: string): Promise<string> };
  /** Absolute path of the configuration file on each server. */
  readonly configurationFile?: string;
}

export async function labState({ servers, haproxy, configurationFile }: Looked): Promise<LabTruth> {
  const truths = servers.map(async ({ name, address }) => {
    const truth = await serverTruth(name, address, configurationFile);
    return [name, truth] as const;
  });
  const answers = Array.from({ length: ASKED }, () => versionAt(`${haproxy.url}/version`));
  return {
    servers: Object.fromEntries(await Promise.all(truths)),
    pool: await poolTruth(haproxy),
    answers: counted(await Promise.all(answers)),
  };
}

async function serverTruth(
  name: string,
  address: string,
  configurationFile: string | undefined,
): Promise<ServerTruth> {
  const [containers, { text }, configuration] = await Promise.all([
    containersOf(name),
    versionAt(`http://${address}:8080/version`),
    configurationFile === undefined ? null : fileOn(name, configurationFile),
  ]);
  const running = (containers ?? []).filter(({ state }) => state === 'running');
  return {
    containers,
    running: running.flatMap(({ digests }) => digests),
    version: text,
    configuration,
  };
}

interface Answered {
  readonly status: number | null;
  readonly text: string | null;
}

function versionAt(url: string): Promise<Answered> {
  return new Promise((resolve) => {
    // Unlike the request's own, this limit covers a connection that nobody accepts.
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const asking = request(url, { agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve({ status: null, text: null }));
      response.on('end', () => {
        const { version } = parsed(Buffer.concat(chunks).toString());
        const status = response.statusCode ?? null;
        resolve({ status, text: status === 200 ? (version ?? null) : null });
      });
    });
    asking.on('error', () => resolve({ status: null, text: null }));
    asking.end();
  });
}

function parsed(text: string): { readonly version?: string } {
  try {
    return JSON.parse(text) as { version?: string };
  } catch {
    return {};
  }
}

function counted(answers: readonly Answered[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, text } of answers) {
    const key = text ?? String(status ?? 'no answer');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
