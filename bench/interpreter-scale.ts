/**
 * The interpreter alone at 3 to 200 servers: the seed's plan with activities that do nothing, so that
 * what is measured is the workflow, its history and the server. `npx tsx bench/interpreter-scale.ts
 * [servers …]`; with `--rolling` in batches of one, 10 % and 50 %.
 */

import proto from '@temporalio/proto';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { FACTS } from '../src/actions/facts.ts';
import type { Fact } from '../src/plan/run.ts';
import type { RunStatus } from '../src/workflows/messages.ts';
import { compiledSeed } from '../test/support/compiled-seed.ts';
import { resolvedRun } from '../test/support/resolved-run.ts';
import { rollingRun } from '../test/support/rolling-plan.ts';
import { WORKFLOWS_PATH } from '../test/support/run-harness.ts';
import { stubWorld } from '../test/support/stub-activities.ts';
import { createLocal } from '../test/support/temporal.ts';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

const words = process.argv.slice(2);
const isRolling = words.includes('--rolling');
const sizes = words.filter((word) => /^\d+$/u.test(word)).map(Number);
const TYPE = compiledSeed().templateId;
const TASK_QUEUE = 'scale';
/** As long as what real activities say. */
const DETAIL = 'ready after 1.4s, 3 good answers in a row; '.repeat(2);

interface Sample {
  readonly servers: number;
  readonly wallMs: number;
  readonly stepsMs: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly tasks: number;
  readonly historyBytes: number;
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
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger }),
    activities: wordy(),
    maxConcurrentActivityTaskExecutions: 200,
  });
  const ended = worker.run();
  try {
    await measure(3);
    const samples: Sample[] = [];
    for (const servers of sizes.length === 0 ? [3, 10, 50, 100, 200] : sizes) {
      samples.push(await measure(servers));
    }
    print(samples);
  } finally {
    worker.shutdown();
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
  const { events, bytes } = await readHistory(handle.workflowId);
  const step = (number: number) => status.steps.find((each) => each.number === number);
  return {
    servers,
    wallMs,
    stepsMs: (step(9)?.finishedAtMs ?? 0) - (step(6)?.startedAtMs ?? 0),
    cpuMs: (user + system) / 1000,
    events: events.length,
    // 7: EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    tasks: events.filter((event) => event.eventType === 7).length,
    historyBytes: bytes,
    statusBytes: Buffer.byteLength(JSON.stringify(status)),
    detailsBytes: Buffer.byteLength(sheet),
  };
}

/** Page by page: a whole one of the server's own size may be larger than gRPC takes. */
async function readHistory(
  workflowId: string,
): Promise<{ readonly events: readonly HistoryEvent[]; readonly bytes: number }> {
  const events: HistoryEvent[] = [];
  let bytes = 0;
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const page = await env.client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId },
      maximumPageSize: 50,
      ...(nextPageToken && { nextPageToken }),
    });
    if (page.history) {
      events.push(...(page.history.events ?? []));
      bytes += proto.temporal.api.history.v1.History.encode(page.history).finish().length;
    }
    ({ nextPageToken } = page);
  } while (nextPageToken && nextPageToken.length > 0);
  return { events, bytes };
}

function print(samples: readonly Sample[]): void {
  const columns: readonly (keyof Sample)[] = [
    'servers',
    'wallMs',
    'stepsMs',
    'cpuMs',
    'events',
    'tasks',
    'historyBytes',
    'statusBytes',
    'detailsBytes',
  ];
  const row = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(13)).join('');
  const lines = [row(columns)];
  for (const [index, sample] of samples.entries()) {
    lines.push(row(columns.map((name) => sample[name].toFixed(0))));
    const before = samples[index - 1];
    if (before === undefined) continue;
    lines.push(row(columns.map((name) => `×${(sample[name] / before[name]).toFixed(2)}`)));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
