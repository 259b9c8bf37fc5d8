/**
 * Runsheet's deployment in the comparison with peers, in the same lab (see docs/benchmarks.md):
 *   npx tsx bench/peers.ts serve FOLDER    writes the project there, starts Temporal and a worker; keeps running
 *   npx tsx bench/peers.ts deploy FOLDER   one deployment of $TAG to every server of the lab
 * Environment: LAB_RUN, LAB_PUSH, LAB_REGISTRY, DOCKER_HOST as the lab prints them; BATCHES=1 takes one
 * server after the other. `deploy` appends to FOLDER/figures.tsv, times in seconds: servers; steps 6 to 9,
 * from when the first server leaves the pool; the same including what happens before that (fetch, lock,
 * checks); without service; entire run.
 */
import { spawn } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRunsheet } from '../src/client.ts';
import type { RunStatus, StepStatus } from '../src/workflows/messages.ts';
import { hostsOf, type Lab, TASK_QUEUE, writeProject } from './peers/project.ts';

const DEPLOYMENT = { from: 6, to: 9 };

function labOfEnvironment(): Lab {
  const needed = (name: string): string => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set: eval "$(lab env)" first`);
    return value;
  };
  return {
    folder: needed('LAB_RUN'),
    push: needed('LAB_PUSH'),
    registry: needed('LAB_REGISTRY'),
    dockerHost: needed('DOCKER_HOST'),
  };
}

async function serve(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeProject(folder, labOfEnvironment());
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'dev'], { cwd: folder, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  await new Promise((ended) => child.once('exit', ended));
}

async function deploy(folder: string): Promise<void> {
  const servers = (await hostsOf(labOfEnvironment())).map(({ name }) => name);
  const client = await connectRunsheet(await connectionOf(folder));
  const workflowId = `peers-${Date.now()}`;
  const batches = process.env['BATCHES'];
  await client.start({
    templateId: 'deployment_workflow_v1',
    taskQueue: TASK_QUEUE,
    workflowId,
    servers: servers.length,
    inputs: [
      {
        environment: 'development',
        servers,
        version: process.env['TAG'] ?? 'v2',
        skip_tests: true,
        requested_by: 'bench',
        language: 'en',
        ...(batches !== undefined && { batches: Number(batches) }),
      },
    ],
  });
  const { failure } = await client.end(workflowId);
  if (failure !== null) throw new Error(`${failure.type}: ${failure.message}`);
  const status = await client.status(workflowId);
  const row = [servers.length, ...secondsOf(status)].join('\t');
  await appendFile(join(folder, 'figures.tsv'), `${row}\n`);
  process.stdout.write(`${row}\n`);
  await client.close();
}

async function connectionOf(
  folder: string,
): Promise<{ address: string; namespace: string; environment: Record<string, string> }> {
  const text = await readFile(join(folder, '.runsheet', 'connections.json'), 'utf8');
  const { temporal } = JSON.parse(text) as { temporal: { address: string; namespace: string } };
  return { ...temporal, environment: {} };
}

function secondsOf({ steps, startedAtMs, finishedAtMs, withoutServiceMs }: RunStatus): string[] {
  const find = (wanted: number): StepStatus | undefined =>
    steps.find(({ number }) => number === wanted);
  const first = find(DEPLOYMENT.from);
  const end = find(DEPLOYMENT.to)?.finishedAtMs ?? Number.NaN;
  const firstTask = Math.min(...(first?.tasks ?? []).map((task) => task.startedAtMs));
  const spans = [
    end - firstTask,
    end - (first?.startedAtMs ?? Number.NaN),
    withoutServiceMs,
    (finishedAtMs ?? Number.NaN) - startedAtMs,
  ];
  return spans.map((ms) => (ms / 1000).toFixed(2));
}

const [command, folder] = process.argv.slice(2);
if (folder === undefined || (command !== 'serve' && command !== 'deploy')) {
  process.stderr.write('usage: npx tsx bench/peers.ts serve|deploy FOLDER\n');
  process.exit(2);
}
await (command === 'serve' ? serve : deploy)(resolve(folder));
process.exit(0);
