/** The name of a worker's own queue: it is the same for whichever process has those checkouts. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isPlaceOf } from '../../src/plan/queues.ts';
import { ownPlace } from '../../src/worker/place.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runsheet-place-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('is of the project, and the same by whichever path its folders are reached', async () => {
  const project = await folder();
  const checkouts = join(project, 'not', 'there', 'yet');
  const place = await ownPlace('shop', { project, checkouts });
  expect(isPlaceOf('shop', place.queue)).toBe(true);
  expect(place.worker).toBe(hostname());
  const link = join(await folder(), 'link');
  await symlink(project, link);
  expect(await ownPlace('shop', { project: link, checkouts })).toEqual(place);
});

it('differs where project or checkouts lie elsewhere', async () => {
  const [one, other] = [await folder(), await folder()];
  const { queue } = await ownPlace('shop', { project: one, checkouts: one });
  expect((await ownPlace('shop', { project: other, checkouts: one })).queue).not.toBe(queue);
  expect((await ownPlace('shop', { project: one, checkouts: other })).queue).not.toBe(queue);
});
