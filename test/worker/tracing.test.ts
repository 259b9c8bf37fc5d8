/** The traces of one run, in a file and at a collector. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTracing } from '../../src/worker/tracing/exporter.ts';
import { tracingInterceptor } from '../../src/worker/tracing/interceptor.ts';
import { deferred } from '../support/deferred.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { bundleInterpreter } from '../support/run-harness.ts';
import { stubBuildQueues, stubWorld } from '../support/stub-activities.ts';
import { createTimeSkipping } from '../support/temporal.ts';

interface ShownSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string }[];
}

interface Batch {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ShownSpan[] }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'runsheet-traces-'));
const received: { url: string; authorization: string; body: string }[] = [];
let collector: Server;
let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await createTimeSkipping();
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { url = '', headers } = request;
      received.push({ url, authorization: String(headers['authorization']), body });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
}, 120_000);
afterAll(async () => {
  collector.close();
  await env.teardown();
  rmSync(folder, { recursive: true, force: true });
});

function spansIn(batches: readonly string[]): readonly ShownSpan[] {
  return batches
    .map((text) => JSON.parse(text) as Batch)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans);
}

it('have a span for the run, and below it one for each attempt', { timeout: 120_000 }, async () => {
  const traces = join(folder, 'deep', 'traces.jsonl');
  const { port } = collector.address() as AddressInfo;
  const settings = { traces, otlp: `http://127.0.0.1:${port}` };
  const tracing = openTracing(settings, 'authorization=Basic%20abc');
  if (tracing === null) throw new Error('no traces');
  let attempts = 0;
  const world = stubWorld({
    resolve: () => resolvedRun({ environment: 'development' }),
    before: ({ name, server }) => {
      if (name !== 'service.start' || server !== 'app-server-2') return;
      attempts += 1;
      if (attempts === 1) throw new Error('not at once');
    },
  });
  const { nativeConnection: connection } = env;
  const common = {
    connection,
    activities: world.activities,
    interceptors: { activity: [tracingInterceptor(tracing)] },
  };
  const workflowBundle = await bundleInterpreter();
  const worker = await Worker.create({ ...common, taskQueue: 'traced', workflowBundle });
  const builders = await Promise.all(
    stubBuildQueues('traced').map((taskQueue) => Worker.create({ ...common, taskQueue })),
  );
  const built = builders.map((each) => each.run());
  const handle = await worker.runUntil(async () => {
    const options = { taskQueue: 'traced', workflowId: 'traced-run', args: [{}] };
    const started = await env.client.workflow.start('deployment_workflow_v1', options);
    await started.result();
    return started;
  });
  for (const each of builders) each.shutdown();
  await Promise.all(built);
  await tracing.close();

  const spans = spansIn(readFileSync(traces, 'utf8').trim().split('\n'));
  const traceId = handle.firstExecutionRunId.replaceAll('-', '');
  const ours = spans.filter((span) => span.traceId === traceId);
  const [whole, ...others] = ours.filter((span) => span.parentSpanId === undefined);
  expect(new Set(others.map(({ spanId }) => spanId))).toEqual(new Set());
  expect(whole).toMatchObject({ name: 'deployment_workflow_v1 traced-run', status: { code: 1 } });
  const below = ours.filter((span) => span !== whole);
  expect(below.every(({ parentSpanId }) => parentSpanId === whole?.spanId)).toBe(true);
  expect(new Set(below.map(({ spanId }) => spanId)).size).toBe(below.length);
  const starts = below.filter(({ name }) => name === 'service.start app-server-2');
  expect(starts.map(({ status }) => status)).toEqual([
    { code: 2, message: 'not at once' },
    { code: 1 },
  ]);
  const names = below.map(({ name }) => name);
  for (const name of world.names().filter((each) => each.includes('@')))
    expect(names).toContain(name.replace('@', ' '));
  for (const each of ours)
    expect(BigInt(each.endTimeUnixNano) >= BigInt(each.startTimeUnixNano)).toBe(true);
  const keys = starts[0]?.attributes.map(({ key }) => key);
  expect(keys).toEqual(expect.arrayContaining(['runsheet.step', 'runsheet.server']));

  expect(received.map(({ url }) => url)).toContain('/v1/traces');
  expect(received[0]?.authorization).toBe('Basic abc');
  expect(spansIn(received.map(({ body }) => body))).toHaveLength(spans.length);
});

it('are handed on before the end, also those that were being handed on', async () => {
  const arrived = deferred();
  const mayAnswer = deferred();
  const slow = createServer((request, response) => {
    request.resume().on('end', () => {
      arrived.resolve();
      void mayAnswer.promise.then(() => response.end('{}'));
    });
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const { port } = slow.address() as AddressInfo;
  const tracing = openTracing({ otlp: `http://127.0.0.1:${port}` }, undefined);
  const span = { name: 'one', runId: 'run', part: '1', startMs: 1, endMs: 2, attributes: {} };
  tracing?.record(span);
  await arrived.promise;
  let hasAnswered = false;
  const closed = tracing?.close().then(() => hasAnswered);
  await new Promise((resolve) => setImmediate(resolve));
  hasAnswered = true;
  mayAnswer.resolve();
  expect(await closed).toBe(true);
  slow.close();
});

it('are off without a place for them', () => {
  expect(openTracing({ metrics: '127.0.0.1:9464' }, undefined)).toBeNull();
});
