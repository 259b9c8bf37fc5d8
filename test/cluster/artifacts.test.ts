/** Artifacts in a PostgreSQL of Debian's, which the records may have too. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createDatabaseArtifactStore } from '../../src/adapters/artifacts/database-artifact-store.ts';
import type { ArtifactArchive } from '../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../contracts/artifact-store.ts';
import { keptRunsContract } from '../contracts/kept-runs.ts';
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
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('drop table if exists artifacts');
  await client.end();
});

afterAll(async () => {
  await postgres?.close();
  await watch?.release();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<ArtifactArchive> {
  const store = createDatabaseArtifactStore({ url, project: 'shop' });
  opened.push(store);
  return store;
}

artifactStoreContract('database (PostgreSQL)', open);
keptRunsContract('database (PostgreSQL)', open);
