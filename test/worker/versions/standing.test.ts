/** Which version new runs begin on, as workers start one after the other; and who waits for another. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { membersOf, pinTo, setCurrent, setRamping } from '../../../src/worker/versions/change.ts';
import {
  deploymentNameOf,
  describeDeployment,
  formerOf,
} from '../../../src/worker/versions/deployment.ts';
import { untilDrained } from '../../../src/worker/versions/drain.ts';
import { openWorkflows, waitingAmong } from '../../../src/worker/versions/open-runs.ts';
import type { Server } from '../../../src/worker/versions/server.ts';
import { type Manner, takePlace, waitUntilSeen } from '../../../src/worker/versions/standing.ts';
import { standingLines } from '../../../src/worker/versions/standing-lines.ts';
import { bundleInterpreter } from '../../support/run-harness.ts';
import { type StubOptions, stubBuildQueues, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

/** A minute and a half from now: none of the pollers has been heard of since. */
const LATER_MS = 90_000;
const PRODUCTION = { environment: 'production', servers: ['app-server-1'], version: 'v1' };
const DEVELOPMENT = { environment: 'development', servers: ['dev-server-1'], version: 'v1' };

let env: TestWorkflowEnvironment;
let server: Server;
beforeAll(async () => {
  env = await createLocal();
  server = { connection: env.nativeConnection, namespace: 'default' };
}, 60_000);
afterAll(() => env.teardown());

/** A worker of a version, for as long as `work` takes, once it has taken its place. */
async function asWorker<T>(
  taskQueue: string,
  buildId: string,
  work: (standing: Awaited<ReturnType<typeof takePlace>>) => Promise<T>,
  { manner = 'join', ...options }: StubOptions & { readonly manner?: Manner } = {},
): Promise<T> {
  const common = {
    connection: env.nativeConnection,
    activities: stubWorld({ registered: false, ...options }).activities,
    workerDeploymentOptions: {
      version: { deploymentName: deploymentNameOf(taskQueue), buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  } as const;
  const workflowBundle = await bundleInterpreter();
  const worker = await Worker.create({ ...common, taskQueue, workflowBundle });
  const builders = await Promise.all(
    stubBuildQueues(taskQueue).map((each) => Worker.create({ ...common, taskQueue: each })),
  );
  const building = builders.map((each) => each.run());
  try {
    return await worker.runUntil(async () => {
      await waitUntilSeen(server, taskQueue, buildId);
      return work(await takePlace(server, taskQueue, { buildId, manner }));
    });
  } finally {
    for (const each of builders) each.shutdown();
    await Promise.all(building);
  }
}

async function start(taskQueue: string, workflowId: string, request: object): Promise<void> {
  await env.client.workflow.start('deployment_workflow_v1', {
    taskQueue,
    workflowId,
    args: [request],
  });
}

const deploymentOf = async (taskQueue: string) => {
  const deployment = await describeDeployment(server, taskQueue);
  if (deployment === null) throw new Error(`nothing has polled ${taskQueue}`);
  return deployment;
};

const versionOf = async (workflowId: string): Promise<string | null> => {
  const { raw } = await env.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? null;
};

it('belongs to a deployment for each task queue', async () => {
  expect(deploymentNameOf('runsheet')).toBe('runsheet-runsheet');
  expect(deploymentNameOf('team a/b')).toBe('runsheet-team-a-b');
  expect(await describeDeployment(server, 'nobody')).toBeNull();
});

describe('a starting worker', { timeout: 60_000 }, () => {
  it('becomes current where no version is, and says so; the next one does not', async () => {
    await asWorker('first', 'one', async (one) => {
      expect(one).toMatchObject({ current: 'one', hasBecomeCurrent: true, former: null });
      expect(standingLines(one, 'en').join()).toContain('no version was current');
      await asWorker('first', 'two', async (two) => {
        expect(two).toMatchObject({
          current: 'one',
          hasBecomeCurrent: false,
          isCurrentPolled: true,
        });
        const said = standingLines(two, 'en').join();
        expect(said).toContain(
          "new runs begin on the current version one, not on this worker's two",
        );
        expect(said).toContain('runsheet versions promote two');
        await start('first', 'on-one', DEVELOPMENT);
        await env.client.workflow.getHandle('on-one').result();
        expect(await versionOf('on-one')).toBe('one');
      });
    });
  });

  it('becomes current where it is told to; the former one can come back', async () => {
    await asWorker('told', 'one', () =>
      asWorker(
        'told',
        'two',
        async (two) => {
          expect(two).toMatchObject({ current: 'two', former: 'one', hasBecomeCurrent: true });
          expect(standingLines(two, 'zh').join()).toContain('此前为 one');
          await start('told', 'on-two', DEVELOPMENT);
          await env.client.workflow.getHandle('on-two').result();
          expect(await versionOf('on-two')).toBe('two');
          const now = await deploymentOf('told');
          expect(now).toMatchObject({ current: 'two', ramping: null });
          expect(formerOf(now)?.buildId).toBe('one');
          expect(now.versions.map(({ buildId, state }) => [buildId, state])).toEqual([
            ['two', 'current'],
            ['one', 'draining'],
          ]);
        },
        { manner: 'make-current' },
      ),
    );
  });

  it('takes no new runs where it drains, even as the first', async () => {
    await asWorker(
      'drains',
      'one',
      async (one) => {
        expect(one).toMatchObject({ current: null, hasBecomeCurrent: false });
        expect(standingLines(one, 'en').join()).toContain(
          'no version is current, so new runs wait',
        );
      },
      { manner: 'drain' },
    );
  });

  it('does not overrule what has changed since it was read', async () => {
    await asWorker('raced', 'one', async () => {
      const read = await deploymentOf('raced');
      await asWorker('raced', 'two', () => Promise.resolve(), { manner: 'make-current' });
      const change = { name: read.name, buildId: 'one', conflictToken: read.conflictToken };
      await expect(setCurrent(server, change)).rejects.toThrow(/conflict|changed|token/iu);
      expect(await deploymentOf('raced')).toMatchObject({ current: 'two' });
    });
  });
});

describe('a ramp', { timeout: 60_000 }, () => {
  it('is shown with its share, and ends', async () => {
    await asWorker('ramped', 'one', () =>
      asWorker('ramped', 'two', async () => {
        const { name } = await deploymentOf('ramped');
        await setRamping(server, { name, buildId: 'two' }, 20);
        const now = await deploymentOf('ramped');
        expect(now).toMatchObject({ current: 'one', ramping: 'two' });
        expect(now.versions[0]).toMatchObject({ buildId: 'two', state: 'ramping', percentage: 20 });
        await setRamping(server, { name, buildId: 'two' }, 0);
        expect(await deploymentOf('ramped')).toMatchObject({ current: 'one', ramping: null });
      }),
    );
  });
});

describe('a run that is open', { timeout: 60_000 }, () => {
  it('goes on with its version after a promotion, and with another where it is moved', async () => {
    const queue = 'moved';
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      const before: StubOptions['before'] = async ({ name }) => {
        if (name !== 'service.start') return;
        resolve();
        await held;
      };
      void asWorker(queue, 'one', () => held, { before });
    });
    await waitUntilSeen(server, queue, 'one');
    await start(queue, 'stays', DEVELOPMENT);
    await begun;
    await asWorker(queue, 'two', async () => {
      expect(await versionOf('stays')).toBe('one');
      const members = await membersOf(server, 'stays');
      expect(members).toEqual(['stays', expect.stringMatching(/^runsheet-lock:.*:development$/u)]);
      const { name } = await deploymentOf(queue);
      for (const each of members) await pinTo(server, each, { name, buildId: 'two' });
      letGo();
      await expect(env.client.workflow.getHandle('stays').result()).resolves.toMatchObject({
        outcome: 'succeeded',
      });
      expect(await versionOf('stays')).toBe('two');
    });
  });

  it('waits, and is named, where no worker polls for its version', async () => {
    const queue = 'waits';
    await asWorker(queue, 'one', async () => {
      await start(queue, 'approved-later', PRODUCTION);
      await expect
        .poll(async () => (await openWorkflows(server, queue)).map(({ version }) => version))
        .toEqual(['one']);
    });
    await start(queue, 'not-begun', DEVELOPMENT);
    await expect.poll(async () => (await openWorkflows(server, queue)).length).toBe(2);
    const open = await openWorkflows(server, queue);
    const deployment = await deploymentOf(queue);
    expect(waitingAmong(open, deployment, Date.now())).toEqual([]);
    const unpolled = {
      ...deployment,
      versions: deployment.versions.map((each) => ({ ...each, workers: [] })),
    };
    const waiting = waitingAmong(open, unpolled, Date.now() + LATER_MS);
    expect(
      waiting.map(({ workflowId, version, waitsFor }) => [workflowId, version, waitsFor]),
    ).toEqual(
      expect.arrayContaining([
        ['approved-later', 'one', 'one'],
        ['not-begun', null, 'one'],
      ]),
    );
    await asWorker(
      queue,
      'two',
      async (two) => {
        const said = standingLines({ ...two, waiting }, 'en').join('\n');
        expect(said).toContain('run approved-later waits for a worker of version one');
        expect(said).toContain('runsheet versions move approved-later');
        expect(said).toContain('run not-begun has not begun');
      },
      { manner: 'drain' },
    );
  });
});

describe('a version that drains', { timeout: 60_000 }, () => {
  it('says what is open on it, and is drained once that has ended and runs begin elsewhere', async () => {
    const queue = 'ends';
    const said: string[] = [];
    await asWorker(queue, 'one', async () => {
      await start(queue, 'asks', PRODUCTION);
      await expect
        .poll(async () => (await openWorkflows(server, queue)).map(({ version }) => version))
        .toEqual(['one']);
      const { signal } = new AbortController();
      const drained = untilDrained(server, queue, {
        buildId: 'one',
        language: 'en',
        onProgress: (line) => said.push(line),
        signal,
      });
      await expect.poll(() => said.at(-1)).toContain('new runs still begin on');
      await asWorker(queue, 'two', () => Promise.resolve(), { manner: 'make-current' });
      await expect.poll(() => said.at(-1)).toBe('1 run still open on version one: asks');
      await env.client.workflow.getHandle('asks').terminate();
      await drained;
    });
    expect(said.at(-1)).toBe('nothing is open on version one any more; the worker ends');
    expect(said).toHaveLength(3);
  });

  it('is given up where the worker has ended', async () => {
    const over = new AbortController();
    over.abort();
    const said: string[] = [];
    const onProgress = (line: string) => void said.push(line);
    const options = { buildId: 'one', language: 'zh', onProgress, signal: over.signal } as const;
    await untilDrained(server, 'nobody', options);
    expect(said).toEqual([]);
  });
});
