/** A history that this code would not have written is told apart, with the event at which they part. */
import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import { beforeAll, expect, it } from 'vitest';
import type { RunHistory } from '../../../src/worker/versions/histories.ts';
import { type Replayed, replay } from '../../../src/worker/versions/replay.ts';
import { bundleInterpreter } from '../../support/run-harness.ts';

/** webpack numbers a module's imports: their order is not what these tests are about. */
const IN_ORDER =
  /\(0,_tasks_tasks_of_step_ts__WEBPACK_IMPORTED_MODULE_\d+__\.tasksOf\)\(run, step\)\.entries\(\)/u;

let code: string;
beforeAll(async () => {
  const bundle = await bundleInterpreter();
  if (!('code' in bundle)) throw new Error('the bundle has no code');
  code = bundle.code;
});

function historyOf(name: string): RunHistory {
  const file = new URL(`../../histories/${name}.json`, import.meta.url);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as { history: string };
  const decoded = proto.temporal.api.history.v1.History.decode(Buffer.from(history, 'base64'));
  return { workflowId: name, history: decoded };
}

async function* inTurn(histories: readonly RunHistory[]): AsyncGenerator<RunHistory, void> {
  yield* histories;
}

async function replayed(text: string, ...histories: RunHistory[]): Promise<readonly Replayed[]> {
  const found: Replayed[] = [];
  for await (const each of replay({ code: text, buildId: 'any' }, inTurn(histories)))
    found.push(each);
  return found;
}

it('is none where the code has not changed, also in the middle of a run, and before its first step', async () => {
  const [whole, open, unbegun] = [1, 2, 3].map(() => historyOf('success'));
  if (whole === undefined || open === undefined || unbegun === undefined) throw new Error();
  open.history.events.splice(60);
  unbegun.history.events.splice(2);
  const events = whole.history.events.length;
  expect(await replayed(code, whole, open, unbegun)).toEqual([
    { workflowId: 'success', events, problem: null },
    { workflowId: 'success', events: 60, problem: null },
    { workflowId: 'success', events: 2, problem: null },
  ]);
});

it('is named with its first event; those before and behind it are replayed all the same', async () => {
  const swapped = code.replace(IN_ORDER, (call) => `[...${call}].reverse()`);
  expect(swapped).not.toBe(code);
  const histories = ['rejected', 'success'].map(historyOf);
  const found = await replayed(swapped, ...histories);
  expect(found.map(({ workflowId }) => workflowId)).toEqual(['rejected', 'success']);
  for (const [index, { problem }] of found.entries()) {
    const event = histories[index]?.history.events.find(
      ({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled?.activityType?.name === 'code.analyze',
    );
    expect(problem).toMatchObject({ kind: 'nondeterminism', eventId: Number(event?.eventId) });
    expect(problem?.message).toMatch(/^\[TMPRL1100\] Nondeterminism error: .*code\.analyze/u);
  }
});

it('ends with the error of a history that cannot be fetched', async () => {
  async function* failing(): AsyncGenerator<RunHistory, void> {
    yield historyOf('rejected');
    throw new Error('gone');
  }
  const results = replay({ code, buildId: 'any' }, failing());
  expect((await results.next()).value).toMatchObject({ problem: null });
  await expect(results.next()).rejects.toThrow('gone');
});
