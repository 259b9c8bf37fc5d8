/**
 * The demo's deployment, step by step: the embedded environment, the built worker as a separate process,
 * the sample service on three servers; first v1, then v2 over it. Needs `npm run build` first.
 * `npx tsx bench/deployment.ts`
 */
import { PRODUCTION_SERVERS, renameVersion, startStage } from '../src/cli/demo/stage.ts';
import type { RunStatus } from '../src/workflows/messages.ts';

const VERSIONS = ['v1.0.0', 'v2.0.0'];

const startedAtMs = performance.now();
const stage = await startStage(() => undefined);
try {
  const readyMs = performance.now() - startedAtMs;
  const runs: RunStatus[] = [];
  for (const version of VERSIONS) {
    await renameVersion(stage.folder, version.slice(1));
    runs.push(await deploy(version));
  }
  print(readyMs, runs);
} finally {
  await stage.close();
}

/** One run, approved as soon as it waits for approval. */
async function deploy(version: string): Promise<RunStatus> {
  const workflowId = `bench-${version}`;
  await stage.client.start({
    templateId: 'deployment_workflow_v1',
    taskQueue: 'runsheet',
    workflowId,
    servers: PRODUCTION_SERVERS.length,
    inputs: [
      {
        environment: 'production',
        servers: PRODUCTION_SERVERS,
        version,
        requested_by: 'carol',
        language: 'en',
      },
    ],
  });
  let decided = false;
  for await (const status of stage.client.watch(workflowId)) {
    if (decided || !waitsForApproval(status)) continue;
    decided = true;
    await stage.client.approve(workflowId, { by: 'alice' });
  }
  const { failure } = await stage.client.end(workflowId);
  if (failure !== null) throw new Error(`${version}: ${failure.type}: ${failure.message}`);
  return stage.client.status(workflowId);
}

function waitsForApproval({ steps }: RunStatus): boolean {
  return steps.some((step) => step.state === 'waiting');
}

function print(readyMs: number, runs: readonly RunStatus[]): void {
  const row = (title: string, of: (run: RunStatus) => number | null): string =>
    [...runs.map((run) => secondsOf(of(run)).padStart(10)), `  ${title}`].join('');
  const steps = runs[0]?.steps ?? [];
  const lines = [
    `deployment: sample service, ${PRODUCTION_SERVERS.length} embedded servers; environment ready in ${secondsOf(readyMs)} s`,
    `${VERSIONS.map((version) => version.padStart(10)).join('')}  seconds per step`,
    ...steps.map(({ number, title }) =>
      row(`${number}. ${title}`, (run) => {
        const step = run.steps.find((each) => each.number === number);
        return durationOf(step?.startedAtMs ?? null, step?.finishedAtMs ?? null);
      }),
    ),
    row('whole run', (run) => durationOf(run.startedAtMs, run.finishedAtMs)),
    row('of which no server in the pool', (run) => run.withoutServiceMs),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function durationOf(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : toMs - fromMs;
}

function secondsOf(durationMs: number | null): string {
  return durationMs === null ? '–' : (durationMs / 1000).toFixed(2);
}
