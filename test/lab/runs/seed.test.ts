/**
 * The reference run sheet, unmodified, on three servers: built, pushed, pulled by digest, behind
 * HAProxy; then rolled back from each of steps 6 to 9 by a release that really misbehaves.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepOf } from '../../e2e/support/stage-run.ts';
import { digestOf } from '../support/deployed.ts';
import { until } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';
import { moveTag } from '../verifier/registry.ts';

/** Requests that a release answers until step 8 has passed: a smoke request and 30 of the measurement. */
const THROUGH_STEP_8 = 31;

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
        'v2.6.0': { behaviour: 'hangs 400' },
        'v3.7.0': { behaviour: 'exits' },
        'v3.8.0': { behaviour: 'errors 10' },
        'v3.9.0': { behaviour: `errors ${THROUGH_STEP_8 + 4}` },
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
    expect(status.failure?.step).toBe(step);
    expect(stage.servers.some(({ name }) => failure?.message.includes(name))).toBe(true);
    await expectOnly(stage, { digest: former, version: 'v2.0.0' });
  });

  it('rolls back from step 6: a request that the old version never answers', async () => {
    const hanging = await stage.deploy('v2.6.0');
    await hanging.approveWhenAsked();
    expect((await hanging.end()).failure).toBeNull();
    former = await digestOf(stage, 'v2.6.0');
    const [first] = stage.servers;
    if (first === undefined) throw new Error('no server');
    const stuck = await stuckRequest(stage, first.address);
    try {
      const run = await stage.deploy('v1.0.0');
      await run.approveWhenAsked();
      const { failure, status } = await run.end();
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      expect(status.failure?.step).toBe(6);
      const active = stepOf(status, 6).criteria.find(({ fact }) => fact === 'connections.active');
      expect(active).toMatchObject({ passed: false });
      const { servers, pool } = await labState(stage);
      for (const { name } of stage.servers) {
        expect(servers[name]?.running).toEqual([former]);
        expect(pool[name]?.admin).toBe('ready');
      }
    } finally {
      stuck.destroy();
    }
  });
});

/** Uses a server's good answers up, then leaves one request through the balancer without an answer. */
async function stuckRequest(stage: LabStage, address: string): Promise<{ destroy(): void }> {
  const ask = (url: string): Promise<Response> =>
    fetch(url, { signal: AbortSignal.timeout(2_000) });
  await until(
    'the server hangs',
    () =>
      ask(`http://${address}:8080/version`).then(
        async (answer) => {
          await answer.text();
          return false;
        },
        () => true,
      ),
    60_000,
    0,
  );
  // every other request goes to the hanging server.
  const open: ReturnType<typeof request>[] = [];
  await until('a request hangs', async () => {
    const asked = request(`${stage.haproxy.url}/version`, { agent: false });
    const answered = new Promise<boolean>((resolve) => {
      asked.on('response', (response) => {
        response.resume();
        resolve(true);
      });
      asked.on('error', () => resolve(true));
      setTimeout(() => resolve(false), 1_000);
    });
    asked.end();
    if (await answered) return false;
    open.push(asked);
    return true;
  });
  return { destroy: () => open.forEach((each) => each.destroy()) };
}
