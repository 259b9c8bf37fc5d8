/** Where a worker's signing key comes from. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSeal } from '../../src/worker/seal.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runsheet-worker-seal-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('is made in the state folder, and shared by its path', async () => {
  const [one, other] = [await folder(), await folder()];
  const seal = await openSeal(one, {});
  const signature = await seal.sign({ a: 1 });
  expect(await readdir(join(one, 'keys'))).toContain('seal.pem');
  expect(await (await openSeal(other, {})).verify({ a: 1 }, signature)).toBe('unknown-key');
  const shared = await openSeal(other, { RUNSHEET_SEAL_KEY: join(one, 'keys', 'seal.pem') });
  expect(await shared.verify({ a: 1 }, signature)).toBe('good');
});

it('SEAL_KEY_UNUSABLE: the worker does not start with a key that it cannot use', async () => {
  const state = await folder();
  const file = join(state, 'no-key.pem');
  await writeFile(file, 'nothing');
  await expect(openSeal(state, { RUNSHEET_SEAL_KEY: file })).rejects.toMatchObject({
    code: 'SEAL_KEY_UNUSABLE',
    message: expect.stringContaining('openssl genpkey'),
  });
  expect(await readdir(state)).toEqual(['no-key.pem']);
});
