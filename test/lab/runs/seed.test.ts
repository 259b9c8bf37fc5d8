/**
 * The reference run sheet, unmodified, on three servers: built, pushed, pulled by digest, behind
 * HAProxy; then rolled back from each of steps 6 to 9 by a release that really misbehaves.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepOf } from '../../e2e/support/stage-run.ts';
import { digestOf } from '../support/deployed.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { moveTag } from '../verifier/registry.ts';

describe('the seed on three servers', () => {
  let stage: LabStage;
  /** What every server must run after a rollback. */
  let former = '';

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'seed',
      environment: 'production',
      servers: 3,
      releases: {
        'v3.0.0': {},
        'v3.7.0': { behaviour: 'exits' },
        'v3.8.0': { behaviour: 'errors 10' },
        'v3.9.0': { behaviour: 'errors-customers' },
      },
    });
  });
  afterAll(() => stage?.close());

  it('deploys to empty servers: every server runs the digest that was pushed', async () => {
    const run = await stage.deploy('v1.0.0');
    await run.approveWhenAsked();
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(status.steps.map(({ state }) => state)).toEqual(Array(10).fill('succeeded'));
    former = await digestOf(stage, 'v1.0.0');
    await expectOnly(stage, { digest: former, version: 'v1.0.0' });
  });

  it('deploys what was built, though the tag was moved while people decided', async () => {
    const run = await stage.deploy('v2.0.0');
    await run.untilWaiting();
    const built = await digestOf(stage, 'v2.0.0');
    await moveTag(stage.repository, 'v2.0.0-production', 'v1.0.0-production');
    await run.approve();
    expect((await run.end()).failure).toBeNull();
    expect(await digestOf(stage, 'v2.0.0')).toBe(former);
    former = built;
    await expectOnly(stage, { digest: built, version: 'v2.0.0' });
  });

  it.each([
    ['7', 'v3.7.0', 'a container that exits at once', 7],
    ['8', 'v3.8.0', 'errors under the first load', 8],
    ['9', 'v3.9.0', 'errors once customers come', 9],
  ])('rolls back from step %s: %s, %s', async (_step, version, _what, step) => {
    const run = await stage.deploy(version);
    await run.approveWhenAsked();
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.outcome).toBe('rolled_back');
    expect(status.failure?.step, failure?.message).toBe(step);
    expect(stage.servers.some(({ name }) => failure?.message.includes(name))).toBe(true);
    await expectOnly(stage, { digest: former, version: 'v2.0.0' });
  });

  it('rolls back from step 6: a request that the old version never answers', async () => {
    const stuck = request(`${stage.haproxy.url}/stuck`, { agent: false });
    stuck.on('error', () => undefined).end();
    try {
      const run = await stage.deploy('v3.0.0');
      await run.approveWhenAsked();
      const { failure, status } = await run.end();
      expect(failure?.type, failure?.message).toBe('RUN_ROLLED_BACK');
      expect(status.failure?.step).toBe(6);
      const active = stepOf(status, 6).criteria.find(({ fact }) => fact === 'connections.active');
      expect(active).toMatchObject({ passed: false });
      await expectOnly(stage, { digest: former, version: 'v2.0.0' });
    } finally {
      stuck.destroy();
    }
  });
});
