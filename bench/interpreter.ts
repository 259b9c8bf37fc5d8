/**
 * Wall time and history events of the seed's plan with no-op activities, with and without the seals of
 * what they are told, beside a hand-written workflow that calls the same activities: same server, same
 * worker settings, runs interleaved, medians.
 * `npx tsx bench/interpreter.ts [rounds]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { createFileSeal } from '../src/adapters/seal/file-seal.ts';
import { canonicalJson } from '../src/plan/canonical.ts';
import { compiledSeed } from '../test/support/compiled-seed.ts';
import { resolvedRun } from '../test/support/resolved-run.ts';
import { WORKFLOWS_PATH } from '../test/support/run-harness.ts';
import { sealed } from '../test/support/sealed.ts';
import { stubBuildQueues, stubWorld } from '../test/support/stub-activities.ts';
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

const keys = mkdtempSync(join(tmpdir(), 'runsheet-bench-'));
const seal = await createFileSeal({
  keyFile: join(keys, 'seal.pem'),
  makeKey: true,
  canonical: canonicalJson,
});
if (seal === null) throw new Error('the key cannot be read');
const names = Object.keys(world.activities);
const proven = sealed(names, () => world.activities, seal);
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
      { taskQueue: 'interpreter', workflowsPath: WORKFLOWS_PATH, activities: world.activities },
      { taskQueue: 'sealed', workflowsPath: WORKFLOWS_PATH, activities: proven },
      { taskQueue: 'handwritten', workflowsPath: handwrittenPath, activities: world.activities },
    ].flatMap(({ taskQueue, workflowsPath, activities }) => {
      const common = { connection: env.nativeConnection, activities };
      const building = stubBuildQueues(taskQueue).map((each) =>
        Worker.create({ ...common, taskQueue: each }),
      );
      const bundled = bundleWorkflowCode({ workflowsPath, logger }).then((workflowBundle) =>
        Worker.create({ ...common, taskQueue, workflowBundle }),
      );
      return [bundled, ...building];
    }),
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
  rmSync(keys, { recursive: true });
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
  const withSeals: Sample[] = [];
  const handwritten: Sample[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const ours = await measure(plan.templateId, 'interpreter', { environment });
    const verified = await measure(plan.templateId, 'sealed', { environment });
    const theirs = await measure('handwritten', 'handwritten', { base });
    if (round < 0) continue; // The first ones warm the workers up.
    interpreted.push(ours);
    withSeals.push(verified);
    handwritten.push(theirs);
  }
  print(interpreted, withSeals, handwritten);
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

function print(
  ours: readonly Sample[],
  withSeals: readonly Sample[],
  theirs: readonly Sample[],
): void {
  const cells = (...texts: readonly string[]): string =>
    texts.map((text, index) => (index === 0 ? text.padEnd(16) : text.padStart(14))).join('');
  const row = (name: string, of: (sample: Sample) => number): string => {
    const [a, b, c] = [ours, withSeals, theirs].map((samples) => median(samples.map(of)));
    const [plain = 0, verified = 0, written = 1] = [a, b, c];
    return cells(
      name,
      ...[plain, verified, written].map((value) => value.toFixed(0)),
      (plain / written).toFixed(2),
      (verified / written).toFixed(2),
    );
  };
  const lines = [
    `seed, three servers, no-op activities, ${rounds} interleaved rounds, medians`,
    cells('', 'interpreter', 'with seals', 'hand-written', 'ratio', 'with seals'),
    row('wall time ms', (sample) => sample.durationMs),
    row('history events', (sample) => sample.events),
    row('workflow tasks', (sample) => sample.workflowTasks),
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
