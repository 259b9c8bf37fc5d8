/** What a run is resolved to, and what is refused before that. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createLocalActivities } from '../../src/activities/local/index.ts';
import { createProof } from '../../src/activities/sealing/proof.ts';
import { createFakeSeal } from '../../src/adapters/fake/fake-seal.ts';
import type { ResolvedRun } from '../../src/plan/run.ts';
import { refOf, sealFor } from '../../src/plan/sealed-work.ts';
import { resolvedRun } from '../support/resolved-run.ts';

const EXECUTION = { workflowId: 'release-1', runId: 'execution-1' };
const ASKED = { templateId: 't', workflowId: 'said-by-the-input', requestId: 'r-1', inputs: [] };

function resolvePlan(
  input: typeof ASKED & { readonly bounds?: readonly string[] },
  executions: readonly string[] = [],
) {
  const never = () => Promise.reject(new Error('not asked'));
  const activities = createLocalActivities({
    resolve: () => Promise.resolve({ ok: true, run: resolvedRun({}) }),
    policy: never,
    temporal: () =>
      Promise.resolve({
        searchAttributes: never,
        addSearchAttributes: never,
        describe: () => Promise.resolve(null),
        historyOf: never,
        closed: never,
        terminate: never,
        signal: never,
        list: never,
        deadRun: never,
        approvalOf: never,
        supersede: never,
        executionsOf: () => Promise.resolve(executions.map(asExecution)),
      }),
    taskQueue: 'q',
    seal: createFakeSeal(),
  });
  const environment = new MockActivityEnvironment({ workflowExecution: EXECUTION, isLocal: true });
  return environment.run(activities.resolvePlan, input) as Promise<ResolvedRun>;
}

/** `execution-0 BAD_REQUEST`: ended with that failure. */
function asExecution(text: string) {
  const [runId = '', failure] = text.split(' ');
  return { runId, failure: failure ?? null };
}

it('a run is sealed for the execution that the server names, not for the one in the input', async () => {
  const resolved = await resolvePlan(ASKED);
  expect(resolved.proof?.runId).toBe('execution-1');
  const run = refOf({ workflowId: 'release-1', requestId: 'r-1' }, resolved);
  const proof = createProof(createFakeSeal());
  const { info } = new MockActivityEnvironment({ workflowExecution: EXECUTION }).context;
  const told = { run, seal: sealFor(resolved.proof, 'resolveSource') };
  await expect(proof('resolveSource', told, info)).resolves.toBeUndefined();
  const other = { ...told, run: { ...run, workflowId: 'said-by-the-input' } };
  await expect(proof('resolveSource', other, info)).rejects.toMatchObject({ type: 'FORGED_INPUT' });
});

describe('B18 the id of a run', () => {
  it.each([
    ['another execution that has ended', ['execution-0', 'execution-1']],
    ['another one, before this one is listed', ['execution-0']],
    ['one that was begun after it', ['execution-1', 'execution-2']],
  ])('B18 the same run id twice is refused: %s', async (_what, executions) => {
    await expect(resolvePlan({ ...ASKED, bounds: [] }, executions)).rejects.toMatchObject({
      type: 'RUN_ID_USED',
      nonRetryable: true,
      message: expect.stringContaining('release-1'),
    });
  });

  it.each([
    ['a bad request', ['execution-0 BAD_REQUEST', 'execution-1']],
    ['a time-out of the start, twice', ['e UNBOUND_RUN', 'f UNBOUND_RUN', 'execution-1']],
    ['a used id', ['execution-0 RUN_ID_USED', 'execution-1']],
  ])('B18 a run id is free again after a start that was refused for %s', async (_, executions) => {
    expect((await resolvePlan({ ...ASKED, bounds: [] }, executions)).version).not.toBe('');
  });

  it.each([['RUN_FAILED'], ['RUN_REJECTED'], ['RUN_ROLLED_BACK']])(
    'B18 a run id is used by a run that ended with %s, and by an earlier refused start',
    async (failure) => {
      const executions = ['e BAD_REQUEST', `f ${failure}`, 'execution-1'];
      await expect(resolvePlan({ ...ASKED, bounds: [] }, executions)).rejects.toMatchObject({
        type: 'RUN_ID_USED',
      });
    },
  );

  it.each([[[]], [['execution-1']]])('B18 a run id of its own is taken: %j', async (executions) => {
    expect((await resolvePlan({ ...ASKED, bounds: [] }, executions)).version).not.toBe('');
  });

  it('B18 a probe is not asked for its id', async () => {
    expect((await resolvePlan(ASKED, ['execution-0'])).version).not.toBe('');
  });
});

describe('S5 a start', () => {
  it.each([['--execution-timeout'], ['--run-timeout'], ['retryPolicy', '--cron']])(
    'S5 with %s is refused before anything is done, by what it was started with',
    async (...bounds) => {
      await expect(resolvePlan({ ...ASKED, bounds })).rejects.toMatchObject({
        type: 'UNBOUND_RUN',
        nonRetryable: true,
        message: expect.stringContaining(bounds.join(', ')),
      });
    },
  );

  it('S5 without any of them is resolved', async () => {
    expect((await resolvePlan({ ...ASKED, bounds: [] })).version).not.toBe('');
  });
});
