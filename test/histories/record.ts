/**
 * Records the histories that the replay test holds the interpreter against. Run it after a change that
 * is meant to change histories, and say so in the commit: `npx tsx test/histories/record.ts [name …]`.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { BALANCERS } from '../../src/config/balancers/index.ts';
import type { Json, RollingRule } from '../../src/plan/plan.ts';
import { compiledSeed } from '../support/compiled-seed.ts';
import { resolvedRun, SETTINGS } from '../support/resolved-run.ts';
import { rollingPlan } from '../support/rolling-plan.ts';
import { bundleInterpreter, Harness } from '../support/run-harness.ts';
import { broken, type StubCall, type StubOptions, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';

const { EventType } = proto.temporal.api.enums.v1;

type History = proto.temporal.api.history.v1.IHistory;

interface Recording {
  readonly name: string;
  readonly parameters?: Record<string, Json>;
  readonly decision?: 'approve' | 'reject';
  readonly rolling?: Partial<RollingRule>;
  readonly options?: StubOptions;
  /** Recorded again until a query has parted the judgement's marker from what follows of it. */
  readonly split?: boolean;
}

const FOUR = ['app-server-1', 'app-server-2', 'app-server-3', 'app-server-4'];
/** One server, then the half of them, and so on; no waits. */
const ROLLING: Partial<RollingRule> = { pauseSeconds: 0, failureBudget: 0 };
const { capabilities } = BALANCERS.haproxy;
const HAPROXY = { balancer: { ...SETTINGS.balancer, kind: 'haproxy', capabilities } };

const failAt = (action: string): StubOptions => ({
  before: ({ name, server }) => {
    if (name === action && (server === null || server === 'app-server-2')) throw broken(`${action} is broken`);
  },
});

async function slowly({ name }: StubCall): Promise<void> {
  if (name === 'announce.request' || name === 'judgeDecision') await sleep(Math.random() * 50);
}

const RECORDINGS: readonly Recording[] = [
  { name: 'success', decision: 'approve' },
  { name: 'staging', parameters: { environment: 'staging' } },
  { name: 'development', parameters: { environment: 'development' } },
  { name: 'rejected', decision: 'reject' },
  { name: 'split-by-a-query', decision: 'approve', split: true, options: { before: slowly } },
  { name: 'rollback-6-7', decision: 'approve', options: failAt('service.start') },
  { name: 'rollback-8-9', decision: 'approve', options: failAt('traffic.verify') },
  { name: 'rolling-success', decision: 'approve', rolling: ROLLING },
  {
    name: 'rolling-failure',
    decision: 'approve',
    rolling: ROLLING,
    options: failAt('service.start'),
  },
  {
    name: 'rolling-budget',
    decision: 'approve',
    rolling: { ...ROLLING, failureBudget: 1 },
    options: failAt('service.start'),
  },
];

/** The marker of the judgement is the last of its workflow task: what it leads to is in the next one. */
function isSplit({ events }: History): boolean {
  const types = (events ?? []).map(({ eventType }) => eventType);
  const timer = types.indexOf(EventType.EVENT_TYPE_TIMER_STARTED);
  const marker = types.indexOf(EventType.EVENT_TYPE_MARKER_RECORDED, timer);
  const next = types[marker + 1];
  return marker === timer + 2 && next === EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
}

/** Six at once, so that the machine is busy and queries wait, until one has the shape. */
async function recordSplit(harness: Harness, recording: Recording): Promise<History> {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const runs = [1, 2, 3, 4, 5, 6].map((n) => recordOnce(harness, recording, `-${attempt}-${n}`));
    const found = (await Promise.all(runs)).find(isSplit);
    if (found !== undefined) return found;
  }
  throw new Error(`${recording.name}: no query came between in 60 runs; record it again`);
}

async function recordOnce(harness: Harness, recording: Recording, suffix = ''): Promise<History> {
  const { rolling } = recording;
  const plan = rolling === undefined ? compiledSeed() : rollingPlan(rolling);
  const parameters = { ...(rolling !== undefined && { servers: FOUR }), ...recording.parameters };
  const world = stubWorld({
    ...recording.options,
    resolve: () => resolvedRun(parameters, { plan, settings: HAPROXY }),
  });
  const workflowId = `recorded-${recording.name}${suffix}`;
  return harness.with(world, async (start) => {
    const run = await start(recording.parameters ?? {}, { workflowId });
    if (recording.decision !== undefined) {
      await run.until((status) => status.approval !== null);
      const by = recording.decision === 'approve' ? 'alice' : 'bob';
      await run.handle.signal(recording.decision, { by });
    }
    if (recording.split) await run.until(({ steps }) => steps[5]?.state !== 'pending');
    await run.end();
    return run.handle.fetchHistory();
  });
}

async function record(harness: Harness, recording: Recording): Promise<void> {
  const once = recording.split ? recordSplit : recordOnce;
  const history = await once(harness, recording);
  forgetMachine(history);
  // The SDK's own JSON form needs a protobufjs that it does not bring along, so: the binary form.
  const bytes = proto.temporal.api.history.v1.History.encode(history).finish();
  const events = history.events?.length ?? 0;
  const file = { name: recording.name, events, history: Buffer.from(bytes).toString('base64') };
  writeFileSync(new URL(`./${recording.name}.json`, import.meta.url), `${JSON.stringify(file)}\n`);
  process.stdout.write(`${recording.name}: ${events} events\n`);
}

/** Names and paths of the recording machine are of no use to a replay. */
function forgetMachine(message: object): void {
  for (const [key, value] of Object.entries(message)) {
    if (value instanceof Uint8Array) continue;
    if (typeof value === 'object' && value !== null) forgetMachine(value as object);
    if (typeof value !== 'string') continue;
    const isMachine = key === 'identity' || /^\d+@[\w-]+/u.test(value);
    if (isMachine) Reflect.set(message, key, 'recorded');
    if (key === 'stackTrace') Reflect.set(message, key, '');
  }
}

const env = await createLocal();
try {
  const harness = new Harness(env, await bundleInterpreter());
  const wanted = process.argv.slice(2);
  for (const recording of RECORDINGS) {
    if (wanted.length === 0 || wanted.includes(recording.name)) await record(harness, recording);
  }
  await harness.close();
} catch (error) {
  await env.teardown();
  throw error;
}
