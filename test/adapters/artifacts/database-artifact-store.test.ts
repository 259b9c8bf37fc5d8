import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseArtifactStore } from '../../../src/adapters/artifacts/database-artifact-store.ts';
import { type RecordsServer, startRecordsServer } from '../../../src/embedded/records-server.ts';
import type { ArtifactArchive } from '../../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../../contracts/artifact-store.ts';
import { keptRunsContract } from '../../contracts/kept-runs.ts';

let folder: string;
let server: RecordsServer;
const opened: ArtifactArchive[] = [];

async function open(url = server.url, project = 'shop'): Promise<ArtifactArchive> {
  const store = createDatabaseArtifactStore({ url, project });
  opened.push(store);
  return store;
}

async function query(text: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows as unknown[];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-artifacts-'));
  const cacheFolder = join(folder, 'cache');
  server = await startRecordsServer({ folder: join(folder, 'records'), cacheFolder });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await query('drop table if exists artifacts');
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

artifactStoreContract('database (PGlite)', () => open());
keptRunsContract('database (PGlite)', () => open());

describe('the artifact store in a database', () => {
  it('keeps projects that share it apart', async () => {
    const [shop, bank] = [await open(), await open(server.url, 'bank')];
    await shop.write('run-1', 'run.json', 'of shop');
    await bank.write('run-1', 'run.json', 'of bank');
    expect(String(await shop.read('artifact:run-1/run.json'))).toBe('of shop');
    expect((await bank.ofEveryRun('run.json')).map(({ content }) => String(content))).toEqual([
      'of bank',
    ]);
    const [artifact] = (await shop.list()).runs[0]?.artifacts ?? [];
    if (artifact === undefined) throw new Error('not listed');
    expect(await bank.remove(artifact)).toBe(false);
    expect(await query('select project from artifacts order by project')).toEqual([
      { project: 'bank' },
      { project: 'shop' },
    ]);
  });

  it('makes its table once, however many begin at once', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    await Promise.all(stores.map((store, index) => store.write(`run-${index}`, 'run.json', '{}')));
    expect((await stores[0]?.list())?.runs).toHaveLength(5);
  });

  it('says that nobody answers, without the password, and works once somebody does', async () => {
    const url = new URL(server.url);
    url.port = '1';
    url.password = 'hunter2';
    const store = await open(String(url));
    const problem = { kind: 'unavailable', message: expect.not.stringContaining('hunter2') };
    await expect(store.read('artifact:run-1/x')).rejects.toMatchObject(problem);
    await expect(store.read('artifact:run-1/x')).rejects.toThrow(
      /^The artifact store 127\.0\.0\.1:1 does not answer: .+/u,
    );
  });

  it('says that the login is refused', async () => {
    const url = new URL(server.url);
    url.password = 'wrong';
    const refused = { kind: 'refused', message: expect.stringContaining('refused access') };
    await expect((await open(String(url))).list()).rejects.toMatchObject(refused);
  });
});
