import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createCheckActivities } from '../../src/activities/code/checks.ts';
import { createSourceActivities, ensureCheckout } from '../../src/activities/code/source.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
} from './support/checkout-world.ts';

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
  expect(folder).toBe(join(world.folder, 'runs', RUN.requestId, 'source'));
  expect(await readFile(join(folder, 'app.js'), 'utf8')).toBe('one');
});

it('is needed by what works in the checkout', async () => {
  world = await makeCheckoutWorld({});
  const { source: _, ...input } = await inputFor(world, {});
  const { 'code.lint': lint } = createCheckActivities(world.ports);
  await expect(runActivity(lint, input)).rejects.toMatchObject({ type: 'SOURCE_NOT_RESOLVED' });
});
