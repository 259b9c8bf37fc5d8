/**
 * `npx tsx test/faults/locks.ts --times N`: two runs of one environment at the same instant, N times, on
 * a real Temporal server. Looks from outside at what came of it: by the servers' own log no two runs
 * change them at once, and by the server's own times the second has the lock soon after the first's end.
 */
import { parseArgs } from 'node:util';
import { Context } from '@temporalio/activity';
import { lockActivities, realLock } from '../support/real-lock.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { bundleInterpreter, Harness } from '../support/run-harness.ts';
import { type StubCall, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';
import { changesServers } from './support/changes.ts';

const REQUEST = { environment: 'development', servers: ['app-server-1'] };
const LIMIT_MS = 2_000;

interface Tried {
  readonly problem: string | null;
  /** From the end of the first lock to the start of the second. */
  readonly handedOnMs: number;
}

async function tryOnce(harness: Harness, time: number): Promise<Tried> {
  const service = `instant-${process.pid}-${time}`;
  const log: string[] = [];
  const before = ({ name, server }: StubCall): void => {
    if (server === null || !changesServers(name)) return;
    log.push(Context.current().info.workflowExecution?.workflowId ?? '');
  };
  const world = stubWorld({ resolve: () => resolvedRun(REQUEST, { service }), before });
  Object.assign(world.activities, lockActivities(realLock(harness)));
  const failures = await harness.with(world, async (start) => {
    const runs = await Promise.all([start(REQUEST), start(REQUEST)]);
    return (await Promise.all(runs.map((run) => run.end()))).map(({ failure }) => failure);
  });
  const handedOnMs = await handOver(harness, `runsheet-lock:${service}:development`);
  const turns = log.filter((run, index) => run !== log[index - 1]).length;
  const failure = failures.find((each) => each !== null);
  if (failure !== undefined) return { problem: failure?.message ?? '', handedOnMs };
  if (turns !== 2) return { problem: `the runs took turns ${turns} times`, handedOnMs };
  const isLate = handedOnMs > LIMIT_MS;
  return { problem: isLate ? `handed on after ${handedOnMs} ms` : null, handedOnMs };
}

/** By the times that the server has written down. */
async function handOver({ env }: Harness, lockId: string): Promise<number> {
  const locks: { readonly startMs: number; readonly closeMs: number }[] = [];
  for (let look = 0; look < 50 && locks.length < 2; look += 1) {
    locks.splice(0);
    for await (const each of env.client.workflow.list({ query: `WorkflowId='${lockId}'` })) {
      const closeMs = each.closeTime?.getTime();
      if (closeMs !== undefined) locks.push({ startMs: each.startTime.getTime(), closeMs });
    }
    if (locks.length < 2) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const [first, second] = locks.sort((one, other) => one.startMs - other.startMs);
  if (first === undefined || second === undefined) return Number.POSITIVE_INFINITY;
  return second.startMs - first.closeMs;
}

const { values } = parseArgs({ options: { times: { type: 'string', default: '100' } } });
const times = Number(values.times);
const env = await createLocal();
const harness = new Harness(env, await bundleInterpreter());
harness.lockActivities = realLock(harness);
const handedOn: number[] = [];
let problems = 0;
for (let time = 1; time <= times; time += 1) {
  const { problem, handedOnMs } = await tryOnce(harness, time);
  handedOn.push(handedOnMs);
  if (problem === null) continue;
  problems += 1;
  process.stdout.write(`${time}: ${problem}\n`);
}
await harness.close();
const sorted = handedOn.sort((one, other) => one - other);
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
process.stdout.write(
  `${times} times, ${problems} problems; the lock handed on after ${at(0.5)} ms (median), ${at(0.95)} ms (95 %), ${at(1)} ms (most)\n`,
);
process.exitCode = problems === 0 ? 0 : 1;
