import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createCompileActivities } from '../../src/activities/code/compile.ts';
import { createImageActivities } from '../../src/activities/code/image.ts';
import { createConfirmation } from '../../src/activities/code/image-confirmation.ts';
import { ensureCheckout } from '../../src/activities/code/source.ts';
import type { ActionInput } from '../../src/plan/run.ts';
import type { ProjectSettings } from '../../src/plan/settings.ts';
import type { BuildRequest } from '../../src/ports/image-builder.ts';
import { PortError } from '../../src/ports/port-error.ts';
import type { RegistryImage } from '../../src/ports/registry.ts';
import { IMAGE_DEFAULTS } from '../support/default-settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
  sh,
} from './support/checkout-world.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

const IMAGE = {
  repository: 'hello',
  context: 'build',
  include: ['app.js'],
  kind: 'process',
  ...IMAGE_DEFAULTS,
} as const;

const HELD = { labels: {}, platforms: [], createdAtMs: null, sizeBytes: 1 } as const;

const BUILT = { stdout: '#1 done hunter2-hunter2', stderr: '', exitCode: 0, durationMs: 5 };

/** Local images and a registry in memory; a digest is of what was in the context when it was built. */
async function start(
  commands: ProjectSettings['commands'] = { compile: sh('mkdir -p build; cp app.js build/') },
) {
  world = await makeCheckoutWorld({ 'app.js': 'serve()' });
  const local = new Map<string, RegistryImage>();
  const tags = new Map<string, RegistryImage>();
  const builds: BuildRequest[] = [];
  const builder = {
    async build(request: BuildRequest) {
      builds.push(request);
      await request.onEnded?.({ ...BUILT, argv: ['docker', 'build', '.'], startedAtMs: 1 });
      const content = await readFile(join(request.context, 'app.js'));
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      local.set(`local/${builds.length}`, { ...HELD, digest, labels: request.labels });
      return {
        localReference: `local/${builds.length}`,
        sizeBytes: (await stat(request.context)).size,
      };
    },
  };
  const registry = {
    hosts: ['registry.test'],
    mayUse: async () => {},
    async push(reference: string, repository: string, tag: string) {
      const image = local.get(reference);
      if (image === undefined)
        throw new PortError('not-found', reference, `no image ${reference}`, 'Build it.');
      tags.set(`${repository}:${tag}`, image);
      return { digest: image.digest };
    },
    resolve: async (repository: string, tag: string) => tags.get(`${repository}:${tag}`) ?? null,
  };
  const activities = {
    ...createCompileActivities(world.ports),
    ...createImageActivities({ ...world.ports, builder, registry }),
  };
  const { confirmImage } = createConfirmation({ registry });
  const input = await inputFor(
    world,
    { commands, image: IMAGE },
    { step: 3, settings: { tag: 'v2.1.0-production' } },
  );
  const run = (name: keyof typeof activities, more: Partial<ActionInput> = {}) =>
    runActivity(activities[name], { ...input, ...more });
  const confirm = (image: ActionInput['image'], more: Partial<ActionInput> = {}) =>
    runActivity(confirmImage, { ...input, ...more, ...(image && { image }) });
  return { run, confirm, builds, tags, local, registry, input };
}

describe('build.compile and build.package', () => {
  it('runs the command in the checkout, and says that null is nothing to do', async () => {
    const { run } = await start({
      compile: sh('cat app.js > out.js; echo $RUNSHEET_VERSION'),
      package: null,
    });
    expect((await run('build.compile')).evidence[0]).toContain('exit code 0');
    expect((await run('build.package')).evidence).toEqual([
      'commands.package is null: nothing to do',
    ]);
    const source = await world.pin();
    const out = join(await ensureCheckout(world.ports, { run: RUN, source }), 'out.js');
    expect(await readFile(out, 'utf8')).toBe('serve()');
  });

  it('B17: fails with the end of the output, and names the command that shows all of it', async () => {
    const { run } = await start({ compile: sh('echo "error TS1: no"; exit 2') });
    const failed = run('build.compile');
    await expect(failed).rejects.toMatchObject({ type: 'BUILD_FAILED', nonRetryable: true });
    await expect(failed).rejects.toThrow(/exit code 2.*error TS1: no.*`runsheet logs run-1 3`\.$/);
  });
});

describe('image.build and image.push', () => {
  it('keep what the build printed, without secrets', async () => {
    const { run } = await start();
    await run('build.compile');
    await run('image.build');
    const kept = async (file: string): Promise<string> =>
      String(await world.ports.artifacts.read(`artifact:${RUN.requestId}/logs/${file}`));
    expect(await kept('3-image.log')).toBe('$ docker build .\n#1 done [REDACTED]\n\n');
    const about = { step: 3, name: 'docker build', servers: [], exitCode: 0, durationMs: 5 };
    expect(JSON.parse(await kept('3-image.json'))).toMatchObject(about);
  });

  it('build with labels, push, and pin the digest that the registry answers', async () => {
    const { run, builds, tags, input } = await start();
    await run('build.compile');
    const built = await run('image.build');
    expect(built.facts.map(({ id, value }) => [id, value])).toEqual([
      ['image.built', true],
      ['image.tag', 'v2.1.0-production'],
    ]);
    expect(builds[0]?.labels).toMatchObject({
      'runsheet.version': 'v2.1.0',
      'runsheet.revision': input.source?.revision,
      'runsheet.plan': RUN.planDigest,
      'runsheet.template': RUN.templateId,
    });
    const pushed = await run('image.push');
    const digest = tags.get('hello:v2.1.0-production')?.digest;
    expect(pushed.image).toEqual({
      reference: `hello@${digest}`,
      tag: 'v2.1.0-production',
      digest,
    });
    expect(pushed.facts.map(({ id, value }) => [id, value])).toEqual([
      ['image.pushed', true],
      ['image.tag', 'v2.1.0-production'],
    ]);
  });

  it('B4 are done where the registry shows the repository only after its first push', async () => {
    const { run, registry, tags, builds } = await start();
    const { resolve } = registry;
    registry.resolve = (repository, tag) =>
      tags.size > 0
        ? resolve(repository, tag)
        : Promise.reject(new PortError('not-found', 'r', 'REGISTRY_DENIED: not shown.', 'Push.'));
    await run('build.compile');
    await run('image.build');
    const pushed = await run('image.push');
    expect(pushed.image?.digest).toBe(tags.get('hello:v2.1.0-production')?.digest);
    expect(builds).toHaveLength(1);
  });

  it('use a tag of the same source again without building', async () => {
    const { run, builds } = await start();
    await run('build.compile');
    await run('image.build');
    const first = await run('image.push');
    const other = { ...RUN, requestId: 'second-run', planDigest: 'sha256:other' };
    expect((await run('image.build', { run: other })).evidence[0]).toContain(
      'reused hello:v2.1.0-production',
    );
    expect((await run('image.push', { run: other })).image).toEqual(first.image);
    expect(builds).toHaveLength(1);
  });

  it('refuse a tag that another environment built with other arguments', async () => {
    const { run, input, builds } = await start();
    const image = {
      ...IMAGE,
      kind: 'docker' as const,
      docker: { ...IMAGE.docker, args: { STAGE: '${environment}' } },
    };
    const project = { ...input.project, image };
    const settings = { tag: 'v2.1.0' };
    const staging = { ...RUN, environment: 'staging' };
    await run('build.compile');
    await run('image.build', { project, settings, run: staging });
    await run('image.push', { project, settings, run: staging });
    await expect(run('image.build', { project, settings })).rejects.toMatchObject({
      type: 'IMAGE_TAG_TAKEN',
    });
    const same = { ...project, image: { ...image, docker: IMAGE.docker } };
    await run('image.build', { project: same, settings: { tag: 'v2.1.0-any' }, run: staging });
    await run('image.push', { project: same, settings: { tag: 'v2.1.0-any' }, run: staging });
    await run('image.build', { project: same, settings: { tag: 'v2.1.0-any' } });
    expect(builds).toHaveLength(2);
  });

  it('refuse a tag of another source or other inputs', async () => {
    const { run, tags, input } = await start();
    await run('build.compile');
    await run('image.build');
    await run('image.push');
    const project = { ...input.project, image: { ...IMAGE, include: ['app.js', 'more.js'] } };
    await expect(run('image.build', { project })).rejects.toMatchObject({
      type: 'IMAGE_TAG_TAKEN',
    });
    tags.set('hello:v2.1.0-production', { ...HELD, digest: 'sha256:x' });
    const failed = run('image.push');
    await expect(failed).rejects.toThrow(/\(no label\).*Release under a new version/);
    expect(tags.get('hello:v2.1.0-production')?.digest).toBe('sha256:x');
  });

  it('build again where the local image is gone', async () => {
    const { run, builds, local } = await start();
    await run('build.compile');
    await run('image.build');
    local.clear();
    expect((await run('image.push')).image?.digest).toMatch(/^sha256:/);
    expect(builds).toHaveLength(2);
  });

  it('believe the answer of the registry only', async () => {
    const { run, registry, tags } = await start();
    await run('build.compile');
    await run('image.build');
    const push = registry.push;
    registry.push = async (...args) => {
      const answer = await push(...args);
      tags.set('hello:v2.1.0-production', { ...HELD, digest: 'sha256:somebody-else' });
      return answer;
    };
    await expect(run('image.push')).rejects.toMatchObject({ type: 'PUSH_NOT_CONFIRMED' });
  });

  it('refuse what is no tag, and a context outside the checkout', async () => {
    const { run, input } = await start();
    await expect(run('image.build', { settings: { tag: '-x y' } })).rejects.toMatchObject({
      type: 'BAD_PARAMETER',
    });
    const project = { ...input.project, image: { ...IMAGE, context: '../..' } };
    await expect(run('image.build', { project })).rejects.toMatchObject({
      type: 'PATH_OUTSIDE_PROJECT',
    });
  });
});

describe('confirmImage', () => {
  const TAG = 'hello:v2.1.0-production';

  async function pushed() {
    const world = await start();
    await world.run('build.compile');
    const { image } = await world.run('image.push');
    if (image === undefined) throw new Error('nothing was pushed');
    return { ...world, image };
  }

  it('S4: pins the digest that the registry answers, with the labels that this worker computes', async () => {
    const { confirm, image } = await pushed();
    expect(await confirm(image)).toEqual(image);
    // Whatever else it was told: the name is its own.
    expect(await confirm({ ...image, reference: 'elsewhere', tag: 'latest' })).toEqual(image);
  });

  it('S4: refuses a digest that the registry does not answer', async () => {
    const { confirm, image, tags } = await pushed();
    const digest = `sha256:${'f'.repeat(64)}`;
    await expect(confirm({ ...image, digest })).rejects.toMatchObject({
      type: 'PUSH_NOT_CONFIRMED',
      nonRetryable: true,
    });
    await expect(confirm(undefined)).rejects.toMatchObject({ type: 'PUSH_NOT_CONFIRMED' });
    tags.clear();
    await expect(confirm(image)).rejects.toMatchObject({ type: 'PUSH_NOT_CONFIRMED' });
  });

  it.each([
    ['of another source', { 'runsheet.revision': 'another' }],
    ['of other build inputs', { 'runsheet.inputs': 'sha256:other' }],
    ['without labels', null],
  ])('S4: refuses an image %s, under its own digest', async (_name, labels) => {
    const { confirm, image, tags } = await pushed();
    const held = tags.get(TAG);
    if (held === undefined) throw new Error('nothing was pushed');
    tags.set(TAG, { ...held, labels: labels === null ? {} : { ...held.labels, ...labels } });
    await expect(confirm(image)).rejects.toMatchObject({ type: 'IMAGE_TAG_TAKEN' });
  });
});
