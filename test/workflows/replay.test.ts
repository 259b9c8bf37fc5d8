/** Recorded runs replay on today's interpreter; an interpreter with two activities swapped is caught. */
import { existsSync, readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleInterpreter } from '../support/run-harness.ts';
import { quietRuntime } from '../support/temporal.ts';

const NAMES = ['success', 'staging', 'development', 'rejected', 'rollback-6-7', 'rollback-8-9'];
/** A query ended the workflow task in which the approval was judged: the next one learned of it. */
const SPLIT = 'split-by-a-query';
const ROLLING = ['rolling-success', 'rolling-failure', 'rolling-budget'];
const { EventType } = proto.temporal.api.enums.v1;
let bundle: WorkflowBundle;

beforeAll(async () => {
  quietRuntime();
  bundle = await bundleInterpreter();
});

function historyOf(name: string): proto.temporal.api.history.v1.History {
  const file = new URL(`../histories/${name}.json`, import.meta.url);
  expect(existsSync(file), 'npx tsx test/histories/record.ts').toBe(true);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as { history: string };
  return proto.temporal.api.history.v1.History.decode(Buffer.from(history, 'base64'));
}

describe('histories', () => {
  it.each([...NAMES, SPLIT, ...ROLLING])('%s replays', async (name) => {
    await expect(
      Worker.runReplayHistory({ workflowBundle: bundle }, historyOf(name)),
    ).resolves.toBeUndefined();
  });

  it.each(['success', 'rejected', SPLIT])(
    '%s cancels no timer before the closing notice was answered',
    (name) => {
      const { events } = historyOf(name);
      const types = events.map(({ eventType }) => eventType);
      const cancelled = types.indexOf(EventType.EVENT_TYPE_TIMER_CANCELED);
      const closed = events.filter(
        (event) =>
          event.activityTaskScheduledEventAttributes?.activityType?.name === 'announceApproval',
      )[1];
      const answered = events.findIndex(({ activityTaskCompletedEventAttributes: done }) =>
        done?.scheduledEventId?.equals(closed?.eventId ?? -1),
      );
      expect(answered).toBeGreaterThan(0);
      expect(cancelled).toBeGreaterThan(answered);
    },
  );

  it('does not replay on an interpreter that runs a step’s tasks in another order', async () => {
    if (!('code' in bundle)) throw new Error('the bundle has no code');
    // webpack numbers a module's imports: their order is not what this test is about.
    const inOrder =
      /\(0,_tasks_tasks_of_step_ts__WEBPACK_IMPORTED_MODULE_\d+__\.tasksOf\)\(run, step\)\.entries\(\)/u;
    const swapped = bundle.code.replace(inOrder, (call) => `[...${call}].reverse()`);
    expect(swapped === bundle.code, 'the tasks loop was not found').toBe(false);
    await expect(
      Worker.runReplayHistory({ workflowBundle: { code: swapped } }, historyOf('success')),
    ).rejects.toThrow(/[Nn]ondeterminism/u);
  });
});
