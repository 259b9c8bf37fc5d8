/** What a run's history is estimated at, before it begins, against what it comes to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largestTask, readHistory } from '../../../bench/history.ts';
import { sizeOf } from '../../../src/compiler/request/run-size.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubOptions, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const SERVERS = Array.from({ length: 60 }, (_, index) => `app-server-${index + 1}`);
const FLEET = { environment: 'development', servers: SERVERS };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

async function measured(options: StubOptions) {
  const world = stubWorld({ resolve: () => resolvedRun(FLEET), ...options });
  return harness.with(world, async (start) => {
    const run = await start(FLEET);
    const { failure } = await run.end();
    const { workflowId } = run.handle;
    const { address } = harness.env;
    const history = await readHistory({ address, namespace: 'default' }, workflowId);
    return { failure, history, taskBytes: largestTask(history) };
  });
}

describe('the estimate of a run with its rollback', { timeout: 120_000 }, () => {
  const size = sizeOf(resolvedRun(FLEET));

  it('is not below what a run comes to that fails at its last server, and not far above', async () => {
    const { failure, history, taskBytes } = await measured({
      before: ({ name }) => {
        if (name === 'traffic.verify') throw broken('one server takes no traffic');
      },
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    const { length } = history.events;
    const { bytes } = history;
    const figures = JSON.stringify({ length, bytes, taskBytes, size });
    expect(size.events, figures).toBeGreaterThanOrEqual(length);
    expect(size.historyBytes, figures).toBeGreaterThanOrEqual(bytes);
    expect(size.messageBytes, figures).toBeGreaterThanOrEqual(taskBytes);
    expect(size.events, figures).toBeLessThan(length * 1.5);
    expect(size.historyBytes, figures).toBeLessThan(bytes * 2.5);
    expect(size.messageBytes, figures).toBeLessThan(taskBytes * 2.5);
  });

  it('leaves room where a run succeeds', async () => {
    const { failure, history } = await measured({});
    expect(failure).toBeNull();
    expect(history.events.length).toBeLessThan(size.events);
  });
});
