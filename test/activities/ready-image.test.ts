/** Images that are not built here, looked at before they are deployed: CI's, and staging's. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadyImageActivities } from '../../src/activities/code/ready-image.ts';
import { createMemoryRecordStore } from '../../src/adapters/database/memory-record-store.ts';
import { createFakeContainerRuntime } from '../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeServerHosts } from '../../src/adapters/fake/fake-server-hosts.ts';
import { FakeWorld } from '../../src/adapters/fake/fake-world.ts';
import { createFakeRegistry } from '../../src/adapters/registry/fake-registry.ts';
import type { ActionInput } from '../../src/plan/run.ts';
import type { ImageSettings } from '../../src/plan/settings.ts';
import type { DeploymentRecord } from '../../src/ports/record-store.ts';
import { sampleRecord } from '../contracts/record-store.ts';
import { IMAGE_DEFAULTS } from '../support/default-settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
} from './support/checkout-world.ts';

const IMAGE: ImageSettings = {
  repository: 'team/hello',
  context: '.',
  include: [],
  kind: 'docker',
  ...IMAGE_DEFAULTS,
};
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OCI = 'org.opencontainers.image.revision';

let world: CheckoutWorld;
beforeEach(async () => {
  world = await makeCheckoutWorld({});
});
afterEach(() => world.remove());

/** Two servers, a registry, and the image that CI has pushed under the version. */
async function stage(image: Parameters<ReturnType<typeof createFakeRegistry>['holds']>[2] = {}) {
  const servers = new FakeWorld({ servers: ['app-1', 'app-2'], releases: [] });
  const registry = createFakeRegistry();
  const records = createMemoryRecordStore();
  const digest = registry.holds('team/hello', RUN.version, image);
  const activities = createReadyImageActivities({
    ...world.ports,
    registry,
    records,
    hosts: createFakeServerHosts(servers),
    runtime: createFakeContainerRuntime(servers),
    folder: world.project,
  });
  const run =
    (name: keyof typeof activities) =>
    async (more: Partial<ActionInput> = {}, settings: Partial<ImageSettings> = {}) => {
      const project = { image: { ...IMAGE, ...settings } };
      const source = { revision: COMMIT, kind: 'git' as const };
      const input = await inputFor(world, project, { servers: ['app-1', 'app-2'], source });
      return runActivity(activities[name], { ...input, ...more });
    };
  const use = run('image.use');
  const promote = run('image.promote');
  const factsWith = async (...given: Parameters<typeof use>) =>
    Object.fromEntries((await use(...given)).facts.map(({ id, value }) => [id, value]));
  return { servers, registry, records, digest, use, promote, factsWith };
}

const named = (image: string): Partial<ActionInput> => ({ settings: { image } });

describe('which image', () => {
  it('is the one under the version, pinned by its digest, where the document names none', async () => {
    const { use, digest } = await stage();
    const { image, evidence } = await use();
    expect(image).toEqual({ reference: `team/hello@${digest}`, tag: 'v2.1.0', digest });
    expect(evidence[0]).toBe(`team/hello:v2.1.0 = ${digest}`);
  });

  it.each([
    ['a tag', () => 'v2.1.0', 'v2.1.0'],
    ['a digest', (digest: string) => digest, ''],
    ['the repository with a tag', () => 'team/hello:v2.1.0', 'v2.1.0'],
    ['the whole name', () => 'registry.test:5000/team/hello:v2.1.0', 'v2.1.0'],
    [
      'the whole name with both',
      (digest: string) => `registry.test:5000/team/hello:x@${digest}`,
      'x',
    ],
    ['the whole name with a digest', (digest: string) => `team/hello@${digest}`, ''],
  ])('may be named by %s', async (_form, name, tag) => {
    const { use, digest } = await stage();
    const { image } = await use(named(name(digest)));
    expect(image).toEqual({ reference: `team/hello@${digest}`, tag, digest });
  });

  it.each([
    ['another repository', 'team/other:v2.1.0', 'FOREIGN_IMAGE'],
    ['another registry', 'evil.example/team/hello:v2.1.0', 'FOREIGN_IMAGE'],
    ['a path that begins like ours', 'registry.test:5000/team/hello/x:v1', 'FOREIGN_IMAGE'],
    ['no tag and no digest', 'registry.test:5000/team/hello', 'BAD_PARAMETER'],
    ['a parameter without a value', '${image}', 'BAD_PARAMETER'],
    ['a digest of another length', 'team/hello@sha256:abc', 'BAD_PARAMETER'],
    ['nothing', '', 'BAD_PARAMETER'],
    ['a tag that is not there', 'v9', 'IMAGE_MISSING'],
    ['a digest that is not there', `sha256:${'0'.repeat(64)}`, 'IMAGE_MISSING'],
  ])('is refused by name where it is %s', async (_what, name, type) => {
    const { use } = await stage();
    await expect(use(named(name))).rejects.toMatchObject({ type, nonRetryable: true });
  });

  it('says whose repository it is, in the language of the run', async () => {
    const { use } = await stage();
    const run = { ...RUN, language: 'zh' as const };
    await expect(use({ ...named('team/other:v1'), run })).rejects.toThrow(
      'team/other 不是本项目的仓库；本项目的是 registry.test:5000/team/hello。',
    );
  });
});

describe('its commit', () => {
  it.each([
    ['of OCI', { [OCI]: COMMIT }, true],
    ['of OCI, shortened', { [OCI]: COMMIT.slice(0, 7) }, true],
    ['in capitals', { [OCI]: COMMIT.toUpperCase() }, true],
    ['of label-schema', { 'org.label-schema.vcs-ref': COMMIT }, true],
    ['of OpenShift', { 'io.openshift.build.commit.id': COMMIT }, true],
    ['of another commit', { [OCI]: 'f'.repeat(40) }, false],
    ['of a work tree with changes', { [OCI]: `${COMMIT}-dirty` }, false],
    ['too short to tell', { [OCI]: '0123' }, false],
    ['of OCI, before any other', { [OCI]: 'f'.repeat(40), 'runsheet.revision': COMMIT }, false],
    ['none', {}, undefined],
    ['an empty one', { [OCI]: '' }, undefined],
  ])('is what a label says: %s', async (_which, labels, value) => {
    const { factsWith } = await stage({ labels });
    expect((await factsWith())['image.commit_matches']).toBe(value);
  });

  it('is not compared where the source has none, and the evidence says so', async () => {
    const { use } = await stage({ labels: { [OCI]: COMMIT } });
    const { facts, evidence } = await use({ source: { revision: 'sha256:1', kind: 'folder' } });
    expect(facts.map(({ id }) => id)).not.toContain('image.commit_matches');
    expect(evidence).toContain('commit not compared: the source is no repository');
  });

  it('stands in the evidence with the label that says it', async () => {
    const { use } = await stage({ labels: { [OCI]: 'f'.repeat(40) } });
    expect((await use()).evidence).toContain(
      `the image is of commit ${'f'.repeat(40)} (${OCI}), and v2.1.0 is ${COMMIT}`,
    );
  });
});

describe('its age', () => {
  it('is the time since it was built', async () => {
    const { factsWith } = await stage({ createdAtMs: Date.now() - 7_200_000 });
    const { 'image.age': age } = await factsWith();
    expect(age).toBeGreaterThanOrEqual(7_200_000);
    expect(age).toBeLessThan(7_260_000);
  });

  it.each([
    ['says none', null],
    ['was built in the future', Date.now() + 3_600_000],
  ])('is not known where it %s', async (_what, createdAtMs) => {
    const { use } = await stage({ createdAtMs });
    const { facts, evidence } = await use();
    expect(facts.map(({ id }) => id)).not.toContain('image.age');
    expect(evidence).toContain('the image does not say when it was built');
  });
});

describe('its platform', () => {
  it('is held against that of every server', async () => {
    const { factsWith, use, servers } = await stage({ platforms: ['linux/amd64'] });
    expect(await factsWith()).not.toHaveProperty(['image.platform_fits']);
    servers.server('app-1').platform = 'linux/amd64';
    expect(await factsWith()).toMatchObject({ 'image.platform_fits': true });
    servers.server('app-2').platform = 'linux/arm64';
    expect(await factsWith()).toMatchObject({ 'image.platform_fits': false });
    expect((await use()).evidence).toContain(
      'app-2 is linux/arm64, the image is for linux/amd64 only',
    );
  });
});

describe('its signature', () => {
  const script = async (body: string): Promise<string[]> => {
    const file = join(world.project, 'check.sh');
    await writeFile(file, `#!/bin/sh\n${body}\n`);
    await chmod(file, 0o755);
    return ['./check.sh', '--name=${image}', '${revision} ${environment}; $(id)'];
  };
  const verify = (argv: readonly string[], timeoutSeconds = 20) => ({
    verify: { argv, timeoutSeconds },
  });

  it('is good where the command ends with 0; its words are arguments, never a shell’s', async () => {
    const { factsWith, digest } = await stage();
    const argv = await script('pwd > said; for each in "$@"; do echo "$each" >> said; done');
    expect(await factsWith({}, verify(argv))).toMatchObject({ 'image.signature_valid': true });
    expect(await readFile(join(world.project, 'said'), 'utf8')).toBe(
      `${world.project}\n--name=registry.test:5000/team/hello@${digest}\n${COMMIT} production; $(id)\n`,
    );
  });

  it('is bad where it ends otherwise, and what it said is evidence, without secrets', async () => {
    const { use } = await stage();
    const argv = await script('echo "no matching signatures: hunter2-hunter2" >&2; exit 1');
    const { facts, evidence } = await use({}, verify(argv));
    const fact = facts.find(({ id }) => id === 'image.signature_valid');
    expect(fact?.value).toBe(false);
    expect(evidence.at(-1)).toMatch(/exit code 1.*no matching signatures/u);
    expect(evidence.at(-1)).not.toContain('hunter2');
    const log = await world.ports.artifacts.read(`artifact:${RUN.requestId}/logs/1-verify.log`);
    expect(log?.toString()).toContain('no matching signatures: [REDACTED]');
  });

  it('is nothing where the command runs out of time', async () => {
    const { use } = await stage();
    const argv = await script('sleep 60');
    await expect(use({}, verify(argv, 0.2))).rejects.toMatchObject({ type: 'COMMAND_TIMEOUT' });
  });

  it('is not measured where the project has no command', async () => {
    const { use } = await stage();
    const { facts, evidence } = await use();
    expect(facts.map(({ id }) => id)).toEqual(['image.tag']);
    expect(evidence).toContain('signature not checked: no image.verify');
  });
});

describe('the image that staging verified', () => {
  const verified = (digest: string | null, more: Partial<DeploymentRecord> = {}) =>
    sampleRecord({
      service: RUN.service,
      environment: 'staging',
      version: RUN.version,
      workflowId: 'staging-7',
      revision: COMMIT,
      digest,
      approvals: ['Alice (Tech lead)'],
      ...more,
    });

  it('is the digest of the last run there that succeeded, with its run and who approved', async () => {
    const { promote, records, registry, digest } = await stage();
    await records.write(verified(digest));
    registry.holds('team/hello', RUN.version, { labels: { moved: 'the tag' } });
    const { image, facts, evidence } = await promote();
    expect(image).toEqual({ reference: `team/hello@${digest}`, tag: '', digest });
    expect(facts.map(({ id, value }) => [id, value])).toEqual([
      ['image.verified', true],
      ['image.commit_matches', true],
    ]);
    expect(evidence.slice(0, 2)).toEqual([
      `run staging-7 in staging (2026-01-01T00:00:00Z) verified ${digest}`,
      'approved for staging by Alice (Tech lead)',
    ]);
  });

  it('says so where nobody had to approve', async () => {
    const { promote, records, digest } = await stage();
    await records.write(verified(digest, { approvals: [] }));
    expect((await promote()).evidence[1]).toBe('nobody had approved the deployment to staging');
  });

  it('may be that of another environment', async () => {
    const { promote, records, digest } = await stage();
    await records.write(verified(digest, { environment: 'preprod' }));
    await expect(promote()).rejects.toMatchObject({ type: 'NOT_VERIFIED' });
    const { image } = await promote({ settings: { from: 'preprod' } });
    expect(image?.digest).toBe(digest);
  });

  it.each([
    ['no run', null],
    ['a run of another version', { version: 'v2.0.0' }],
    ['a run of another service', { service: 'other' }],
    ['a run that was rolled back', { outcome: 'rolled_back' }],
    ['a run that deployed no image', { digest: null }],
  ])('is refused where the records know %s', async (_what, changes) => {
    const { promote, records, digest } = await stage();
    if (changes !== null) await records.write(verified(digest, changes));
    const refused = promote();
    await expect(refused).rejects.toMatchObject({ type: 'NOT_VERIFIED', nonRetryable: true });
    await expect(refused).rejects.toThrow('Deploy this version to staging first');
  });

  it('is refused where the registry has it no more', async () => {
    const { promote, records, registry, digest } = await stage();
    await records.write(verified(digest));
    registry.forgets('team/hello', digest);
    const refused = promote();
    await expect(refused).rejects.toMatchObject({ type: 'IMAGE_MISSING' });
    await expect(refused).rejects.toThrow('deploy to staging again');
  });

  it('is of another commit where the version has moved since', async () => {
    const { promote, records, digest } = await stage();
    const then = 'f'.repeat(40);
    await records.write(verified(digest, { revision: then }));
    const { facts, evidence } = await promote();
    expect(facts.find(({ id }) => id === 'image.commit_matches')?.value).toBe(false);
    expect(evidence).toContain(`staging verified commit ${then}, and v2.1.0 is ${COMMIT} now`);
  });

  it('is not compared where the record knows no commit', async () => {
    const { promote, records, digest } = await stage();
    await records.write(verified(digest, { revision: null }));
    const { facts, evidence } = await promote();
    expect(facts.map(({ id }) => id)).not.toContain('image.commit_matches');
    expect(evidence).toContain('commit not compared: the record knows none');
  });
});
