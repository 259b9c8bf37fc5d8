/** S9: the worker, too, takes a run from one known person only; a question about one from anybody. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createResolver } from '../../src/worker/resolution.ts';

const SAMPLE = fileURLToPath(new URL('../../examples/service', import.meta.url));
const REQUEST = { environment: 'production', servers: ['app-server-1'], version: 'v1.0.0' };

const resolve = createResolver(SAMPLE, {});

/** @param bounds undefined: `plan --probe` asks */
function ask(requestedBy: string | undefined, bounds: readonly string[] | undefined) {
  return resolve({
    templateId: 'deployment_workflow_v1',
    workflowId: 'rel-1',
    requestId: 'r',
    inputs: [{ ...REQUEST, ...(requestedBy !== undefined && { requested_by: requestedBy }) }],
    ...(bounds !== undefined && { bounds }),
  });
}

it.each([undefined, 'root', 'аlice'])('S9 refuses a run of %s', async (requestedBy) => {
  expect(await ask(requestedBy, [])).toMatchObject({
    ok: false,
    type: 'BAD_REQUEST',
    message: expect.stringContaining('REQUESTER_UNKNOWN'),
  });
});

it('S9 takes a run of carol, whom the project knows', async () => {
  expect(await ask('carol', [])).toMatchObject({ ok: true, run: { requestedBy: 'carol' } });
});

it.each([undefined, 'root'])(
  'S9 says to %s what a run would meet, and warns',
  async (requestedBy) => {
    const answer = await ask(requestedBy, undefined);
    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && answer.run.warnings.join()).toContain('步骤 5 需要审批');
  },
);
