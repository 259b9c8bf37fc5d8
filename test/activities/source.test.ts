import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createCheckActivities } from '../../src/activities/code/checks.ts';
import {
  createCheckoutActivities,
  createSourceActivities,
  ensureCheckout,
} from '../../src/activities/code/source.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
  sh,
} from './support/checkout-world.ts';

const OWN = { queue: 'shop-build-0123456789ab', worker: 'builder-1' };
let world: CheckoutWorld;
afterEach(() => world.remove());

it('pins the version and makes the checkout, which a later edit does not reach', async () => {
  world = await makeCheckoutWorld({ 'app.js': 'one' });
  const { resolveSource } = createSourceActivities(world.ports);
  const pin = await runActivity(resolveSource, { run: RUN });
  expect(pin).toMatchObject({
    kind: 'folder',
    revision: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  await world.write('app.js', 'two');
  const folder = await ensureCheckout(world.ports, { run: RUN, source: pin });
  expect(folder.startsWith(join(world.folder, 'checkouts'))).toBe(true);
  expect(await readFile(join(folder, 'app.js'), 'utf8')).toBe('one');
});

describe('takeCheckout', () => {
  const taking = () => createCheckoutActivities(world.ports, OWN).takeCheckout;

  it('makes the checkout, finds the same one again, and says where it is', async () => {
    world = await makeCheckoutWorld({ 'app.js': 'one' });
    const source = await world.pin();
    const place = await runActivity(taking(), { run: RUN, source });
    expect(place).toMatchObject(OWN);
    expect(await runActivity(taking(), { run: RUN, source })).toEqual(place);
    const around = await world.aroundCheckout();
    await rm(around, { recursive: true });
    const anew = await runActivity(taking(), { run: RUN, source });
    expect(anew.queue).toBe(OWN.queue);
    expect(anew.checkout).not.toBe(place.checkout);
  });

  it('CHECKOUT_GONE: nothing runs in another checkout than the tasks before it did', async () => {
    world = await makeCheckoutWorld({ 'app.js': 'one' });
    const source = await world.pin();
    const { checkout } = await runActivity(taking(), { run: RUN, source });
    await rm(await world.aroundCheckout(), { recursive: true });
    const input = { ...(await inputFor(world, { commands: { lint: sh('true') } })), checkout };
    const { 'code.lint': lint } = createCheckActivities(world.ports);
    const failed = runActivity(lint, input);
    await expect(failed).rejects.toMatchObject({ type: 'CHECKOUT_GONE', nonRetryable: true });
  });

  it('fetches what another worker has pinned, by the version', async () => {
    world = await makeCheckoutWorld({ 'app.js': 'one' });
    const source = await world.pin();
    await rm(join(world.folder, 'sources'), { recursive: true });
    const { checkout } = await runActivity(taking(), { run: RUN, source });
    expect(checkout).not.toBe('');
  });

  it('SOURCE_DIFFERS: refuses where the version is something else here', async () => {
    world = await makeCheckoutWorld({ 'app.js': 'two' });
    const source = { revision: `sha256:${'0'.repeat(64)}`, kind: 'folder' } as const;
    const failed = runActivity(taking(), { run: RUN, source });
    await expect(failed).rejects.toMatchObject({ type: 'SOURCE_DIFFERS', nonRetryable: true });
    await expect(failed).rejects.toThrow(/v2\.1\.0 is sha256:.* on this worker/u);
  });

  it('is refused for a run that has no source', async () => {
    world = await makeCheckoutWorld({});
    await expect(runActivity(taking(), { run: RUN })).rejects.toMatchObject({
      type: 'SOURCE_NOT_RESOLVED',
    });
  });
});

it('is needed by what works in the checkout', async () => {
  world = await makeCheckoutWorld({});
  const { source: _, ...input } = await inputFor(world, {});
  const { 'code.lint': lint } = createCheckActivities(world.ports);
  await expect(runActivity(lint, input)).rejects.toMatchObject({ type: 'SOURCE_NOT_RESOLVED' });
});

describe('G7 a version that names content which it does not hold', () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`;
  const resolve = async (language: 'zh' | 'en') => {
    const { takeCheckout } = createCheckoutActivities(world.ports, OWN);
    return runActivity(takeCheckout, { run: { ...RUN, language }, source: await world.pin() });
  };

  it('G7 is refused before step 1, with the paths and what to do', async () => {
    world = await makeCheckoutWorld({
      'model.bin': POINTER,
      '.gitmodules': '[submodule "x"]\n\tpath = vendor/x\n\turl = y\n',
    });
    const failed = resolve('en');
    await expect(failed).rejects.toMatchObject({ type: 'SOURCE_INCOMPLETE', nonRetryable: true });
    await expect(failed).rejects.toThrow(
      'The source of v2.1.0 is incomplete: pointers of Git LFS in place of files: "model.bin"; submodules without content: "vendor/x".',
    );
    await expect(failed).rejects.toThrow(/source\.path.*git lfs pull, git submodule update/u);
    // Asked again, after the checkout was made, it says the same.
    await expect(resolve('zh')).rejects.toThrow(
      'v2.1.0 的源代码不完整：只有 Git LFS 指针："model.bin"；子模块没有内容："vendor/x"。',
    );
  });

  it('G7 is refused with ten paths, however many there are', async () => {
    const files = Array.from({ length: 30 }, (_each, index) => [`${index}.bin`, POINTER]);
    world = await makeCheckoutWorld(Object.fromEntries(files));
    await expect(resolve('en')).rejects.toThrow(/: "0\.bin", .*"17\.bin" and 20 more\./u);
    await expect(resolve('zh')).rejects.toThrow(/"17\.bin" 等 30 个。/u);
  });
});

it('G9 commands in the checkout of a plain folder find no repository around it', async () => {
  world = await makeCheckoutWorld({});
  const { 'code.lint': lint } = createCheckActivities(world.ports);
  const commands = { lint: sh('git rev-parse --show-toplevel') };
  const found = async () =>
    JSON.stringify(await runActivity(lint, await inputFor(world, { commands })));
  // Made before there is one around it, as where somebody's home becomes one.
  expect(await found()).toContain('exit code 128');
  await world.ports.commands.run({
    argv: ['git', 'init', '-q'],
    cwd: world.folder,
    timeoutMs: 9_000,
  });
  expect(await found()).toContain('exit code 128');
});
