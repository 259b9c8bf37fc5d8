/** Where a worker's signing key comes from. */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSeal, openVerifier } from '../../src/worker/seal.ts';

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

it('S3: a worker that builds believes what was signed with the public key alone, and signs nothing', async () => {
  const [deploying, building] = [await folder(), await folder()];
  const seal = await openSeal(deploying, {});
  const [name = ''] = (await readdir(join(deploying, 'keys'))).filter((each) =>
    each.endsWith('.pub'),
  );
  await cp(join(deploying, 'keys', name), join(building, 'keys', name));
  const verifier = await openVerifier(building, {});
  const signature = await seal.sign({ a: 1 });
  expect(await verifier.verify({ a: 1 }, signature)).toBe('good');
  expect(await verifier.verify({ a: 2 }, signature)).toBe('changed');
  await expect(verifier.sign({ a: 1 })).rejects.toThrow('no private key');
  expect(await readdir(join(building, 'keys'))).toEqual([name]);
  const named = { RUNSHEET_SEAL_KEY: join(building, 'keys', 'seal.pem') };
  const elsewhere = await openVerifier(deploying, named);
  expect(await elsewhere.verify({ a: 1 }, signature)).toBe('good');
});

it('SEAL_KEY_UNUSABLE: a worker that builds does not start where it could believe nobody', async () => {
  const state = await folder();
  await expect(openVerifier(state, {})).rejects.toMatchObject({
    code: 'SEAL_KEY_UNUSABLE',
    message: expect.stringContaining(join(state, 'keys')),
  });
  expect(await readdir(state)).toEqual([]);
});
