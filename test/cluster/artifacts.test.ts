/** Artifacts and records in a PostgreSQL of Debian's, also for a login that may make no table there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDatabaseArtifactStore } from '../../src/adapters/artifacts/database-artifact-store.ts';
import { createDatabaseRecordStore } from '../../src/adapters/database/database-record-store.ts';
import type { ArtifactArchive } from '../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../contracts/artifact-store.ts';
import { keptRunsContract } from '../contracts/kept-runs.ts';
import { sampleRecord } from '../contracts/record-store.ts';
import { run } from '../lab/support/shell.ts';
import { freePort } from '../support/free-port.ts';
import type { Part } from './support/part.ts';
import { DATABASE_USER, preparePostgres } from './support/postgres.ts';
import { watchProcesses } from './support/watch.ts';

let folder: string;
let watch: ReturnType<typeof watchProcesses>;
let postgres: Part;
let url: string;
const opened: ArtifactArchive[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-artifacts-'));
  // PostgreSQL is another user than root.
  await run(['chmod', '711', folder]);
  const port = await freePort();
  watch = watchProcesses(folder);
  postgres = await preparePostgres({ folder, port, onStarted: (pid) => void watch.record(pid) });
  await postgres.start();
  url = `postgres://${DATABASE_USER}@127.0.0.1:${port}/postgres`;
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await query('drop table if exists artifacts');
});

afterAll(async () => {
  await postgres?.close();
  await watch?.release();
  await rm(folder, { recursive: true, force: true });
});

async function query(text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

async function open(address = url): Promise<ArtifactArchive> {
  const store = createDatabaseArtifactStore({ url: address, project: 'shop' });
  opened.push(store);
  return store;
}

artifactStoreContract('database (PostgreSQL)', () => open());
keptRunsContract('database (PostgreSQL)', () => open());

it('serves a login that has the rights on the tables alone, and refuses one without', async () => {
  const made = await open();
  await made.write('run-1', 'run.json', 'made');
  const records = createDatabaseRecordStore({ url });
  await records.write(sampleRecord({ requestId: 'made' }));
  await query('create role guest login');
  const guest = url.replace(`${DATABASE_USER}@`, 'guest@');
  const [store, itsRecords] = [await open(guest), createDatabaseRecordStore({ url: guest })];
  try {
    await expect(store.read('artifact:run-1/run.json')).rejects.toMatchObject({ kind: 'refused' });
    const rights = 'select, insert, update, delete';
    await query(`grant ${rights} on artifacts, deployments to guest`);
    expect(String(await store.read('artifact:run-1/run.json'))).toBe('made');
    await store.write('run-1', 'run.json', 'by a guest');
    expect(String(await made.read('artifact:run-1/run.json'))).toBe('by a guest');
    await itsRecords.write(sampleRecord({ requestId: 'by-a-guest' }));
    const kept = (await records.list(10)).map(({ requestId }) => requestId);
    expect(kept.sort()).toEqual(['by-a-guest', 'made']);
  } finally {
    await Promise.all([records.close(), itsRecords.close()]);
  }
});
