/**
 * One run over 50, 100 and 200 embedded servers on this machine: the seed's steps on real SSH servers,
 * real processes and the embedded load balancer, with the worker as a separate process. Each size is its
 * own project: v1 is deployed first, and v2 over it is measured. Needs `npm run build` first.
 * `npx tsx bench/fleet.ts [servers …]`; `--rolling 10%` in batches.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRunsheet, type RunsheetClient } from '../src/client.ts';
import { environmentOfProcess } from '../src/config/environment.ts';
import { startEnvironment } from '../src/embedded/environment.ts';
import { startWorkerProcess } from '../src/embedded/worker-process.ts';
import type { RunStatus } from '../src/workflows/messages.ts';
import { makeProject, namesOf, setVersion } from './fleet-project.ts';
import { readHistory } from './history.ts';
import { table } from './table.ts';
import { watchProcess } from './watch-process.ts';

const words = process.argv.slice(2);
const batches = words.includes('--rolling') ? words[words.indexOf('--rolling') + 1] : undefined;
const sizes = words.filter((word) => /^\d+$/u.test(word)).map(Number);

interface Sample {
  readonly servers: number;
  readonly startSeconds: number;
  readonly runSeconds: number;
  readonly stepsSeconds: number;
  readonly workerMebibytes: number;
  readonly connections: number;
  readonly files: number;
  readonly events: number;
  readonly historyKilobytes: number;
  readonly statusKilobytes: number;
}

const samples: Sample[] = [];
for (const servers of sizes.length === 0 ? [50, 100, 200] : sizes) {
  samples.push(await measure(servers));
}
process.stdout.write(
  `one run over embedded servers${batches === undefined ? ', all at once' : `, in batches of ${batches}`}\n`,
);
process.stdout.write(`${table(samples)}\n`);

async function measure(count: number): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-fleet-'));
  const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const servers = namesOf(count);
    await makeProject(folder, servers);
    const startedMs = performance.now();
    const environment = await startEnvironment({
      projectFolder: folder,
      servers: servers.map((name) => ({ name, environment: 'development' })),
      env: environmentOfProcess(),
    });
    closing.push(() => environment.close());
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: { ...environmentOfProcess(), ...environment.env },
      onStarted: (pid) => void environment.record(pid),
    });
    closing.push(() => worker.close());
    const { temporal, servers: reached } = environment.connections;
    const client = await connectRunsheet({ ...temporal, environment: environmentOfProcess() });
    closing.push(() => client.close());
    const startSeconds = (performance.now() - startedMs) / 1000;
    await deploy(client, folder, servers, 'v1.0.0');
    const ports = new Set(reached.flatMap(({ port }) => port ?? []));
    const watched = watchProcess(worker.pid() ?? 0, ports);
    const status = await deploy(client, folder, servers, 'v2.0.0');
    const { peakMebibytes, connections, files } = watched.stop();
    const { events, bytes } = await readHistory(temporal, status.workflowId);
    return {
      servers: count,
      startSeconds,
      runSeconds: secondsBetween(status.startedAtMs, status.finishedAtMs),
      stepsSeconds: secondsOfSteps(status, 6, 9),
      workerMebibytes: peakMebibytes,
      connections,
      files,
      events: events.length,
      historyKilobytes: bytes / 1000,
      statusKilobytes: Buffer.byteLength(JSON.stringify(status)) / 1000,
    };
  } finally {
    for (const end of closing.reverse()) await end();
  }
}

async function deploy(
  client: RunsheetClient,
  folder: string,
  servers: readonly string[],
  version: string,
): Promise<RunStatus> {
  await setVersion(folder, version);
  const workflowId = `fleet-${servers.length}-${version}`;
  await client.start({
    templateId: 'deployment_workflow_v1',
    taskQueue: 'runsheet',
    workflowId,
    servers: servers.length,
    inputs: [
      {
        environment: 'development',
        servers,
        version,
        language: 'en',
        requested_by: 'carol',
        ...(batches !== undefined && { overrides: { batches } }),
      },
    ],
  });
  const { failure } = await client.end(workflowId);
  const status = await client.status(workflowId);
  if (failure === null) return status;
  throw new Error(`${version}: ${failure.type}: ${failure.message}`);
}

function secondsOfSteps(status: RunStatus, from: number, to: number): number {
  const step = (number: number) => status.steps.find((each) => each.number === number);
  return secondsBetween(step(from)?.startedAtMs ?? null, step(to)?.finishedAtMs ?? null);
}

function secondsBetween(fromMs: number | null, toMs: number | null): number {
  return fromMs === null || toMs === null ? Number.NaN : (toMs - fromMs) / 1000;
}
