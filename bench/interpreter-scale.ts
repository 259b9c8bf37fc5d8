/**
 * The interpreter alone with 3 to 200 servers: the seed's plan with no-op activities, so that only the
 * workflow, its history and the Temporal server are measured. `npx tsx bench/interpreter-scale.ts
 * [servers …]`; with `--rolling` in batches of one, 10 % and 50 %.
 */

import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { FACTS } from '../src/actions/index.ts';
import type { Fact } from '../src/plan/run.ts';
import type { RunStatus } from '../src/workflows/messages.ts';
import { compiledSeed } from '../test/support/compiled-seed.ts';
import { resolvedRun } from '../test/support/resolved-run.ts';
import { rollingRun } from '../test/support/rolling-plan.ts';
import { WORKFLOWS_PATH } from '../test/support/run-harness.ts';
import { stubBuildQueues, stubWorld } from '../test/support/stub-activities.ts';
import { createLocal } from '../test/support/temporal.ts';
import { countOf, largestTask, readHistory } from './history.ts';
import { table } from './table.ts';

const words = process.argv.slice(2);
const isRolling = words.includes('--rolling');
const sizes = words.filter((word) => /^\d+$/u.test(word)).map(Number);
const TYPE = compiledSeed().templateId;
const TASK_QUEUE = 'scale';
/** As long as the details of real activities. */
const DETAIL = 'ready after 1.4s, 3 good answers in a row; '.repeat(2);

interface Sample {
  readonly servers: number;
  readonly wallMs: number;
  readonly stepsMs: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly tasks: number;
  readonly historyBytes: number;
  /** What one workflow task scheduled: one gRPC message. */
  readonly taskBytes: number;
  readonly statusBytes: number;
  readonly detailsBytes: number;
}

function namesOf(servers: number): string[] {
  return Array.from({ length: servers }, (_, index) => `app-server-${index + 1}`);
}

function resolve(input: { readonly inputs: readonly unknown[] }) {
  const servers = namesOf(Number(input.inputs[0]));
  if (!isRolling) return resolvedRun({ environment: 'development', servers });
  const batches = [
    { kind: 'count' as const, servers: 1 },
    { kind: 'percent' as const, percent: 10 },
    { kind: 'percent' as const, percent: 50 },
  ];
  return rollingRun({ batches, pauseSeconds: 0, observeSeconds: 1 }, { servers });
}

/** Results as large as real ones. */
function wordy(): Record<string, (input: never) => Promise<unknown>> {
  const { activities } = stubWorld({ resolve });
  const said = (result: unknown): unknown => {
    if (typeof result !== 'object' || result === null || !('facts' in result)) return result;
    const facts = (result.facts as Fact[]).map((fact) =>
      FACTS[fact.id].unit === 'text' ? fact : { ...fact, detail: DETAIL },
    );
    return { ...result, facts, evidence: [DETAIL] };
  };
  return Object.fromEntries(
    Object.entries(activities as object as Record<string, (input: never) => Promise<unknown>>).map(
      ([name, activity]) => [name, async (input: never) => said(await activity(input))],
    ),
  );
}

const env = await createLocal([
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=5000',
]);
try {
  const ignore = (): void => {};
  const logger = {
    log: ignore,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
  };
  const common = {
    connection: env.nativeConnection,
    activities: wordy(),
    maxConcurrentActivityTaskExecutions: 200,
  };
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger });
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: TASK_QUEUE, workflowBundle }),
    ...stubBuildQueues(TASK_QUEUE).map((taskQueue) => Worker.create({ ...common, taskQueue })),
  ]);
  const ended = Promise.all(workers.map((each) => each.run()));
  try {
    await measure(3);
    const samples: Sample[] = [];
    for (const servers of sizes.length === 0 ? [3, 10, 50, 100, 200] : sizes) {
      samples.push(await measure(servers));
    }
    process.stdout.write(`${table(samples)}\n`);
  } finally {
    for (const each of workers) each.shutdown();
    await ended;
  }
} finally {
  await env.teardown();
}

async function measure(servers: number): Promise<Sample> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const handle = await env.client.workflow.start(TYPE, {
    taskQueue: TASK_QUEUE,
    workflowId: `scale-${servers}-${startedMs}`,
    args: [servers],
  });
  await handle.result();
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const status = await handle.query<RunStatus, []>('status');
  const sheet = await handle.query<string, []>('report');
  const address = env.address;
  const history = await readHistory({ address, namespace: 'default' }, handle.workflowId);
  const step = (number: number) => status.steps.find((each) => each.number === number);
  return {
    servers,
    wallMs,
    stepsMs: (step(9)?.finishedAtMs ?? 0) - (step(6)?.startedAtMs ?? 0),
    cpuMs: (user + system) / 1000,
    events: history.events.length,
    tasks: countOf(history, 7),
    historyBytes: history.bytes,
    taskBytes: largestTask(history),
    statusBytes: Buffer.byteLength(JSON.stringify(status)),
    detailsBytes: Buffer.byteLength(sheet),
  };
}
