import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createS3ArtifactStore,
  type S3ArtifactOptions,
} from '../../../src/adapters/artifacts/s3-artifact-store.ts';
import type { ArtifactArchive } from '../../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../../contracts/artifact-store.ts';
import { keptRunsContract } from '../../contracts/kept-runs.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

let server: S3Server;
let bucket: string;
beforeAll(async () => {
  server = await startS3Server();
}, 60_000);
beforeEach(async () => {
  bucket = await server.bucket();
});
afterAll(() => server.close());

function open(change: Partial<S3ArtifactOptions> = {}): ArtifactArchive {
  const { endpoint, region, owner } = server;
  return createS3ArtifactStore({
    endpoint,
    region,
    bucket,
    prefix: 'shop',
    pathStyle: true,
    login: () => Promise.resolve(owner),
    dispatcher: undefined,
    ...change,
  });
}

artifactStoreContract('bucket (versitygw)', async () => open());
keptRunsContract('bucket (versitygw)', async () => open());

describe('the artifact store in S3', () => {
  it('keeps projects that share a bucket apart', async () => {
    const [shop, bank] = [open(), open({ prefix: 'shop-2/deep' })];
    await shop.write('run-1', 'run.json', 'of shop');
    await bank.write('run-1', 'run.json', 'of bank');
    expect(String(await shop.read('artifact:run-1/run.json'))).toBe('of shop');
    const listed = [(await shop.list()).runs, (await bank.list()).runs];
    expect(listed.map((runs) => runs.map(({ place }) => place))).toEqual([
      [`s3://${bucket}/shop/run-1`],
      [`s3://${bucket}/shop-2/deep/run-1`],
    ]);
  });

  it('names what is none of a run', async () => {
    await open({ prefix: 'shop/no.run' }).write('x', 'y', 'z');
    expect(await open().list()).toEqual({ runs: [], others: [`s3://${bucket}/shop/no.run/x/y`] });
  });

  it('lists more than one page', { timeout: 60_000 }, async () => {
    const store = open();
    const names = Array.from(
      { length: 1001 },
      (_, index) => `logs/${String(index).padStart(4, '0')}`,
    );
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => store.write('run-1', name, 'x')));
    const { runs } = await store.list();
    expect(runs[0]?.artifacts.map(({ name }) => name)).toEqual(names);
  });

  it('says which keys are refused: a wrong one, an unknown one, one without the right', async () => {
    const { owner, stranger } = server;
    const logins = [
      { ...owner, secretKey: 'wrong' },
      { accessKey: 'AKIAUNKNOWN', secretKey: 'wrong' },
      stranger,
    ];
    const codes = ['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'AccessDenied'];
    for (const [index, login] of logins.entries()) {
      const store = open({ login: () => Promise.resolve(login) });
      const refused = { kind: 'refused', message: expect.stringContaining(codes[index] ?? '') };
      await expect(store.write('run-1', 'x', 'x')).rejects.toMatchObject(refused);
      await expect(store.read('artifact:run-1/x')).rejects.toMatchObject(refused);
      await expect(store.list()).rejects.toMatchObject(refused);
    }
  });

  it('says that the bucket is not there', async () => {
    const store = open({ bucket: 'none-such' });
    const missing = { kind: 'invalid', message: expect.stringContaining('NoSuchBucket') };
    await expect(store.write('run-1', 'x', 'x')).rejects.toMatchObject(missing);
    await expect(store.read('artifact:run-1/x')).rejects.toMatchObject(missing);
    await expect(store.list()).rejects.toMatchObject(missing);
  });
});
