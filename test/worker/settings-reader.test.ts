/** The settings that runsheet.yaml has now, for a run that pinned others. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RunRef } from '../../src/plan/run.ts';
import { createSettingsReader } from '../../src/worker/resolution.ts';

const RUN: RunRef = {
  workflowId: 'deploy-1',
  requestId: '6f0a0a52-0000-4000-8000-000000000001',
  project: 'hello',
  service: 'hello',
  environment: 'production',
  version: 'v2',
  templateId: 'deployment_workflow_v1',
  planDigest: 'sha256:plan',
  requestedBy: 'alice',
  language: 'zh',
};
const project = (command: string): string => `
service: hello
source: { kind: folder }
runtime: { command: ${command} }
balancer: { pool: "web-\${environment}" }
environments: { production: { servers: [app-server-1] } }
`;

it('are read anew each time, in the environment of the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-settings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'runsheet.yaml');
  const read = createSettingsReader(folder, {});
  await writeFile(file, project('[datasett]'));
  expect((await read(RUN)).runtime.command).toEqual(['datasett']);
  await writeFile(file, project('[datasette]'));
  expect(await read(RUN)).toMatchObject({
    runtime: { command: ['datasette'] },
    balancer: { pool: 'web-production' },
  });
});

it('BAD_PROJECT_FILE: what is wrong with them is told in the language of the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-settings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'runsheet.yaml'), 'service: [');
  await expect(createSettingsReader(folder, {})(RUN)).rejects.toMatchObject({
    type: 'BAD_PROJECT_FILE',
    nonRetryable: true,
    message: expect.stringMatching(/\p{Script=Han}/u),
  });
});
