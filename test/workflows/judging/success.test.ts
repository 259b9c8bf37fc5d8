import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});

afterAll(() => harness?.close());

describe('a run that succeeds', () => {
  it('runs every step in production after one approval', async () => {
    const world = stubWorld();
    const { failure, result, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice', comment: 'go' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(result).toMatchObject({ outcome: 'succeeded', version: 'v2.1.0' });
    expect(status.steps.map((step) => step.state)).toEqual(Array(10).fill('succeeded'));
    expect(world.reports.at(-1)?.approvals).toEqual(['alice (技术负责人)']);
    expect([...world.servers.values()]).toEqual(
      Array(3).fill({ version: 'v2.1.0', pool: 'ready' }),
    );
  });
});
