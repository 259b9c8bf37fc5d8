/**
 * Wall time and history events of the seed's plan with no-op activities beside a hand-written workflow
 * that calls the same activities: same server, same worker settings, runs interleaved, medians.
 * `npx tsx bench/interpreter.ts [rounds]`
 */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { compiledSeed } from '../test/support/compiled-seed.ts';
import { resolvedRun } from '../test/support/resolved-run.ts';
import { WORKFLOWS_PATH } from '../test/support/run-harness.ts';
import { stubWorld } from '../test/support/stub-activities.ts';
import { createLocal } from '../test/support/temporal.ts';

const rounds = Number(process.argv[2] ?? '11');
const environment = 'development';
const plan = compiledSeed();
const resolved = resolvedRun({ environment }, { plan });
const world = stubWorld({ resolve: () => resolved });

interface Sample {
  readonly durationMs: number;
  readonly events: number;
  readonly workflowTasks: number;
}

const env = await createLocal();
try {
  const logger = {
    log: ignore,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
  };
  const handwrittenPath = fileURLToPath(new URL('./handwritten-workflow.ts', import.meta.url));
  const workers = await Promise.all(
    [
      { taskQueue: 'interpreter', workflowsPath: WORKFLOWS_PATH },
      { taskQueue: 'handwritten', workflowsPath: handwrittenPath },
    ].map(async ({ taskQueue, workflowsPath }) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue,
        workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
        activities: world.activities,
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  try {
    await compare();
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
} finally {
  await env.teardown();
}

async function compare(): Promise<void> {
  const run = {
    workflowId: 'bench',
    requestId: 'bench',
    project: 'hello',
    service: 'hello',
    environment,
    version: 'v2.1.0',
    templateId: plan.templateId,
    planDigest: resolved.planDigest,
    requestedBy: 'bench',
    language: 'zh' as const,
  };
  const project = { image: resolved.settings.image, runtime: resolved.settings.runtime };
  const base = { run, step: 1, settings: {}, project, servers: resolved.servers };
  const interpreted: Sample[] = [];
  const handwritten: Sample[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const ours = await measure(plan.templateId, 'interpreter', { environment });
    const theirs = await measure('handwritten', 'handwritten', { base });
    if (round < 0) continue; // The first pair warms both workers up.
    interpreted.push(ours);
    handwritten.push(theirs);
  }
  print(interpreted, handwritten);
}

async function measure(type: string, taskQueue: string, input: unknown): Promise<Sample> {
  const startedAtMs = performance.now();
  const handle = await env.client.workflow.start(type, {
    taskQueue,
    workflowId: `${taskQueue}-${startedAtMs}`,
    args: [input],
  });
  await handle.result();
  const durationMs = performance.now() - startedAtMs;
  const { events } = await handle.fetchHistory();
  // 7: EVENT_TYPE_WORKFLOW_TASK_COMPLETED
  const workflowTasks = (events ?? []).filter((event) => event.eventType === 7).length;
  return { durationMs, events: events?.length ?? 0, workflowTasks };
}

function print(ours: readonly Sample[], theirs: readonly Sample[]): void {
  const row = (name: string, of: (sample: Sample) => number, digits: number): string => {
    const [a, b] = [median(ours.map(of)), median(theirs.map(of))];
    return `${name.padEnd(16)}${a.toFixed(digits).padStart(12)}${b.toFixed(digits).padStart(14)}${(a / b).toFixed(2).padStart(8)}`;
  };
  const lines = [
    `seed, three servers, no-op activities, ${rounds} interleaved rounds, medians`,
    `${''.padEnd(16)}${'interpreter'.padStart(12)}${'hand-written'.padStart(14)}${'ratio'.padStart(8)}`,
    row('wall time ms', (sample) => sample.durationMs, 0),
    row('history events', (sample) => sample.events, 0),
    row('workflow tasks', (sample) => sample.workflowTasks, 0),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

function ignore(): void {}
