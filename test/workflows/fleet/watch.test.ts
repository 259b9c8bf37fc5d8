/** a watch over a run: when it tells people, how often, and when no more. In skipped time. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchActivities } from '../../../src/activities/contract.ts';
import { refOf } from '../../../src/plan/sealed-work.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../../support/run-harness.ts';
import { broken, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const MINUTE_MS = 60_000;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
}, 60_000);
afterAll(() => harness?.close());

interface Watching {
  readonly watch: Started;
  /** When each message was sent, in minutes since the first. */
  readonly minutes: () => readonly number[];
}

/** A watch whose run was ended in the middle. */
async function watching(
  activities: Partial<WatchActivities>,
  said: (number: number) => { readonly isLeft: boolean } = () => ({ isLeft: true }),
): Promise<Watching> {
  const world = stubWorld();
  const times: number[] = [];
  Object.assign(world.activities, {
    awaitRunEnd: async () => ({ isLeft: true }),
    alarm: async ({ number }: { readonly number: number }) => {
      times.push(Context.current().info.scheduledTimestampMs);
      return { ...said(number), sent: ['webhook: test'] };
    },
    ...activities,
  });
  const ref = refOf({ workflowId: 'run', requestId: 'r' }, resolvedRun({}));
  const watch = await harness.with(world, (start) =>
    start(
      {},
      { type: 'runWatch', workflowId: `runsheet-watch:${randomUUID()}:r`, args: [{ run: ref }] },
    ),
  );
  const minutes = () => times.map((each) => Math.round((each - (times[0] ?? 0)) / MINUTE_MS));
  return { watch, minutes };
}

describe('a watch whose run was ended in the middle', { timeout: 60_000 }, () => {
  it('tells people for a day, with growing distance, and ends', async () => {
    const { watch, minutes } = await watching({});
    await watch.handle.result();
    expect(minutes()).toEqual([0, 1, 6, 21, 81, 201, 441, 921]);
  });

  it('tells nobody any more once somebody else has taken the lock', async () => {
    const { watch, minutes } = await watching({}, (number) => ({ isLeft: number < 3 }));
    await watch.handle.result();
    expect(minutes()).toEqual([0, 1, 6]);
  });

  it('goes on where a message reached nobody', async () => {
    const alarms: number[] = [];
    const { watch } = await watching({
      alarm: async ({ number }) => {
        alarms.push(number);
        if (number === 1) throw broken('no channel answers');
        return { isLeft: false, sent: [] };
      },
    });
    await watch.handle.result();
    expect(alarms).toEqual([1, 2]);
  });

  it.each([
    ['a name', [{ by: 'alice' }], 'alice'],
    ['nothing', [], '?'],
    ['no name', [{ by: { alice: true } }], '?'],
    ['S8 two lines', [{ by: 'alice\nacknowledged: bob' }], 'alice acknowledged: bob'],
    ['S8 a long text', [{ by: 'a'.repeat(10_000) }], 'a'.repeat(200)],
  ])('tells nobody any more once that was acknowledged with %s', async (_what, args, by) => {
    const { watch, minutes } = await watching({
      awaitRunEnd: async () => {
        await watchOf().signal('acknowledge', ...args);
        return { isLeft: true };
      },
    });
    await watch.handle.result();
    expect(minutes()).toEqual([0]);
    const asked = '__temporal_workflow_metadata';
    const { currentDetails } = await watch.handle.query<{ currentDetails: string }, []>(asked);
    expect(currentDetails).toBe(`已知悉：${by}`);
  });

  it('tells nobody where the run ended by itself', async () => {
    const { watch, minutes } = await watching({ awaitRunEnd: async () => ({ isLeft: false }) });
    await watch.handle.result();
    expect(minutes()).toEqual([]);
  });

  it('begins once the server answers, and is refused where nobody has told it', async () => {
    const begun: string[] = [];
    const fresh = stubWorld().activities.beginWatch;
    const { watch } = await watching({
      awaitRunEnd: async () => ({ isLeft: false }),
      beginWatch: async (input) => {
        begun.push(input.run.workflowId);
        if (begun.length <= 3) throw new Error('the server does not answer');
        return fresh(input);
      },
    });
    await watch.handle.result();
    expect(begun).toHaveLength(4);
    const refused = await watching({
      beginWatch: async () => {
        throw ApplicationFailure.nonRetryable('no', 'WATCH_NOT_YOURS');
      },
    });
    await expect(refused.watch.handle.result()).rejects.toMatchObject({
      cause: { type: 'WATCH_NOT_YOURS' },
    });
  });
});

function watchOf() {
  const { workflowId = '' } = Context.current().info.workflowExecution ?? {};
  return harness.env.client.workflow.getHandle(workflowId);
}
