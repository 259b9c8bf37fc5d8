/** What names a worker's version, and how it becomes the one that new runs begin on. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIdOf } from '../../src/worker/bundle.ts';
import { connectNative } from '../../src/worker/connect.ts';
import { WorkerStartError } from '../../src/worker/start-error.ts';
import { deploymentNameOf, makeCurrent, waitForPoller } from '../../src/worker/versioning.ts';
import { bundleInterpreter } from '../support/run-harness.ts';
import { stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';

describe('a version', () => {
  it('is named by the code, not by its source map', () => {
    const code = 'run();\n';
    const mapped = `${code}//# sourceMappingURL=data:application/json;base64,aaaa\n`;
    expect(buildIdOf(`${code}`)).toBe(buildIdOf(mapped.replace(/^\/\/#.*\n/mu, '')));
    expect(buildIdOf(mapped)).toBe(buildIdOf(mapped.replace('aaaa', 'bbbb')));
    expect(buildIdOf('walk();\n')).not.toBe(buildIdOf(code));
    expect(buildIdOf(code)).toMatch(/^[0-9a-f]{32}$/u);
  });

  it('belongs to a deployment for each task queue', () => {
    expect(deploymentNameOf('runsheet')).toBe('runsheet-runsheet');
    expect(deploymentNameOf('team a/b')).toBe('runsheet-team-a-b');
  });
});

describe('a worker', { timeout: 60_000 }, () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await createLocal();
  }, 60_000);
  afterAll(() => env.teardown());

  it('gets new runs once its version is the current one', async () => {
    const taskQueue = 'versioned';
    const version = { deploymentName: deploymentNameOf(taskQueue), buildId: 'one' };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await bundleInterpreter(),
      activities: stubWorld({ registered: false }).activities,
      workerDeploymentOptions: {
        version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    });
    await worker.runUntil(async () => {
      await waitForPoller(env.nativeConnection, 'default', taskQueue);
      await makeCurrent(env.nativeConnection, { namespace: 'default', ...version });
      const result: unknown = await env.client.workflow.execute('deployment_workflow_v1', {
        taskQueue,
        workflowId: 'on-one',
        args: [{ environment: 'development', servers: ['dev-server-1'], version: 'v1' }],
      });
      expect(result).toMatchObject({ outcome: 'succeeded' });
      const described = await env.client.workflow.getHandle('on-one').describe();
      expect(JSON.stringify(described.raw.workflowExecutionInfo?.versioningInfo ?? {})).toContain(
        'one',
      );
    });
  });

  it('without a server is told so within ten seconds', async () => {
    const startedMs = Date.now();
    const temporal = { address: '127.0.0.1:1', namespace: 'default', uiUrl: null };
    const connecting = connectNative(temporal, {});
    await expect(connecting).rejects.toBeInstanceOf(WorkerStartError);
    await expect(connecting).rejects.toMatchObject({ code: 'NO_TEMPORAL_SERVER' });
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });
});
