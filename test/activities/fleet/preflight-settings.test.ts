/** What would be filled in on servers is known before anything is built. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { run, SERVERS, type Stage, setStage, settings } from '../servers/stage.ts';

const DEPLOYS: readonly ActionId[] = ['config.update', 'service.start'];
const FILE = { template: 'app.conf', path: 'app.conf', mode: '0640', values: {} };

async function checksOf(
  stage: Stage,
  change: Partial<ProjectSettings> = {},
  does = DEPLOYS,
): Promise<readonly PreflightCheck[]> {
  const { preflightShared } = createFleetActivities({
    ...stage.ports,
    registry: createFakeRegistry(),
  });
  const project = { ...settings, ...change };
  const results: readonly PreflightResult[] = await stage.environment.run(preflightShared, {
    run,
    servers: SERVERS,
    does,
    project,
  });
  return results.flatMap(({ checks }) => checks);
}

const found = async (
  name: PreflightCheck['name'],
  ...given: Parameters<typeof checksOf>
): Promise<PreflightCheck | undefined> =>
  (await checksOf(...given)).find((each) => each.name === name);

/** Only `secret://token` has a value. */
async function stageWithoutSecrets(): Promise<Stage> {
  const stage = await setStage();
  const { resolve } = stage.ports.secrets;
  Object.assign(stage.ports.secrets, {
    resolve: (reference: string) =>
      reference === 'secret://token'
        ? resolve(reference)
        : Promise.reject(
            new PortError('not-found', reference, `${reference} has no value.`, 'Set it.'),
          ),
  });
  return stage;
}

describe('a preflight of the settings', () => {
  it('finds nothing where all can be filled in', async () => {
    const stage = await setStage();
    stage.source.set('app.conf', '${server} ${version}');
    const checks = await checksOf(stage, { files: [FILE] });
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'pool',
      'registry',
      'source',
      'files',
      'start',
    ]);
  });

  it('B18 names the version that has no tag, before step 1', async () => {
    const stage = await setStage();
    const missing = new PortError('not-found', 'v2', 'v2 names no commit.', 'Tag it.');
    Object.assign(stage.ports.source, { resolve: () => Promise.reject(missing) });
    expect(await found('source', stage)).toMatchObject({
      state: 'failed',
      detail: 'v2 names no commit. Tag it.',
    });
  });

  it('names a template that the version lacks, once for all servers', async () => {
    const check = await found('files', await setStage(), { files: [FILE] });
    expect(check).toMatchObject({ state: 'failed', detail: expect.stringContaining('app.conf') });
    expect(check?.detail).not.toContain(SERVERS[0]);
  });

  it('names a placeholder without a value', async () => {
    const stage = await setStage();
    stage.source.set('app.conf', 'x=${unknown}');
    const check = await found('files', stage, { files: [FILE] });
    expect(check).toMatchObject({ state: 'failed', detail: expect.stringContaining('${unknown}') });
  });

  it('names a secret without a value, of files and of the environment', async () => {
    const stage = await stageWithoutSecrets();
    stage.source.set('app.conf', '${password}');
    const files = [{ ...FILE, values: { password: 'secret://nobody' } }];
    const runtime = { ...settings.runtime, environment: { KEY: 'secret://nothing' } };
    const checks = await checksOf(stage, { files, runtime });
    const failed = checks.filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([
      { name: 'files', detail: expect.stringContaining('secret://nobody') },
      { name: 'start', detail: expect.stringContaining('secret://nothing') },
    ]);
  });

  it('names a command that cannot be filled in', async () => {
    const runtime = { ...settings.runtime, command: ['serve', '${prot}'] };
    expect(await found('start', await setStage(), { runtime })).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/runtime\.command, \$\{prot\} has no value/u),
    });
  });

  it('asks nothing of what the plan does not do', async () => {
    const runtime = { ...settings.runtime, command: ['serve', '${prot}'] };
    const checks = await checksOf(await setStage(), { runtime, files: [FILE] }, ['pool.drain']);
    expect(checks.map(({ name }) => name)).toEqual(['pool', 'source']);
  });

  it.each([
    [['health.endpoint'], { json: { version: '${versoin}' } }, 'health.json.version'],
    [
      ['health.smoke'],
      { smoke: [{ method: 'GET', path: '/', status: 200, contains: '${versoin}' }] },
      'health.smoke.contains',
    ],
  ] as const)('names what %j could not hold an answer against', async (does, change, place) => {
    const health = { ...settings.health, ...change };
    expect(await found('health', await setStage(), { health }, does)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(new RegExp(`${place}, \\$\\{versoin\\} has no value`, 'u')),
    });
  });

  it('has nothing against rules that no step asks for', async () => {
    const health = { ...settings.health, json: { version: '${versoin}' } };
    expect(await found('health', await setStage(), { health })).toBeUndefined();
  });

  it('names a route to a pool that there is not', async () => {
    const balancer = { ...settings.balancer, routes: { '/': 'web', '/api': 'nowhere' } };
    const checks = await checksOf(await setStage(), { balancer }, ['routes.update']);
    expect(checks.filter(({ state }) => state === 'failed')).toMatchObject([
      { name: 'pool', detail: expect.stringContaining('nowhere') },
    ]);
    expect(await found('pool', await setStage(), { balancer })).toMatchObject({ state: 'ok' });
  });
});
