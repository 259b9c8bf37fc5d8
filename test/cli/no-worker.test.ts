/** A Temporal server without a worker: said and not waited for, with what to type. */

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocal } from '../support/temporal.ts';
import { newProject, runsheet } from './support/program.ts';

/** Of a question that waits 10 s, on a machine that is busy with other tests. */
const SOON_MS = 30_000;

let env: TestWorkflowEnvironment;
let project: ReturnType<typeof newProject>;
beforeAll(async () => {
  project = newProject();
  env = await createLocal();
}, 60_000);
afterAll(async () => {
  await env.teardown();
  project.remove();
});

const typed = (...args: string[]) =>
  runsheet([...args, '--lang', 'en'], {
    cwd: project.folder,
    env: { TEMPORAL_ADDRESS: env.address },
  });

describe('without a worker', { timeout: 60_000 }, () => {
  it('run starts nothing', async () => {
    const ended = await typed(
      'run',
      'deployment.md',
      '--yes',
      '-p',
      'environment=development',
      '-p',
      'servers=dev-server-1',
      '-p',
      'version=v1',
    );
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_WORKER: no worker polls the task queue runsheet');
    expect(ended.stderr).toContain('next: runsheet worker');
    expect(ended.spentMs).toBeLessThan(SOON_MS);
    expect(await typed('list', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('status and approve of a run that nobody answers for say so', async () => {
    const args = { taskQueue: 'runsheet', workflowId: 'silent', args: [{}] };
    await env.client.workflow.start('deployment_workflow_v1', args);
    const status = await typed('status', 'silent');
    expect(status).toMatchObject({ code: 0, stderr: expect.stringContaining('runsheet worker') });
    expect(status.stdout).toMatch(/^deployment_workflow_v1\nsilent {2}running/u);
    expect(status.stdout).toContain(
      'from the Temporal server: no worker has done anything for the run',
    );
    const json = await typed('status', 'silent', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      source: 'server',
      workflowId: 'silent',
      status: 'RUNNING',
      workers: 0,
    });
    const approve = await typed('approve', 'silent', '--by', 'alice');
    expect(approve.code).toBe(2);
    expect(approve.stderr).toContain('next: runsheet worker');
    expect(approve.spentMs).toBeLessThan(SOON_MS);
  });
});
