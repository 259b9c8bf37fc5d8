import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createDatabaseRecordStore,
  type DatabaseRecordStore,
} from '../../../src/adapters/database/database-record-store.ts';
import { type RecordsServer, startRecordsServer } from '../../../src/embedded/records-server.ts';
import { recordStoreContract, sampleRecord } from '../../contracts/record-store.ts';

let folder: string;
/** Keeps the empty database that the first server makes. */
let cacheFolder: string;
let server: RecordsServer;
const opened: DatabaseRecordStore[] = [];

function open(url = server.url): DatabaseRecordStore {
  const store = createDatabaseRecordStore({ url });
  opened.push(store);
  return store;
}

async function openEmpty(): Promise<DatabaseRecordStore> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query('drop table if exists deployments');
  await client.end();
  return open();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-records-'));
  cacheFolder = join(folder, 'cache');
  server = await startRecordsServer({ folder: join(folder, 'records'), cacheFolder });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

recordStoreContract('PostgreSQL (embedded)', openEmpty);

describe('the embedded records server', () => {
  it('serves three clients at once and loses nothing', async () => {
    await openEmpty();
    const stores = [open(), open(), open()];
    await Promise.all(
      stores.flatMap((store, client) =>
        Array.from({ length: 30 }, (_, index) =>
          store.write(sampleRecord({ requestId: `request-${client}-${index}` })),
        ),
      ),
    );
    expect(await open().list(1_000)).toHaveLength(90);
  });

  it('begins with a kept empty database, and makes a new one where that is damaged', async () => {
    const [kept = ''] = await readdir(cacheFolder);
    expect(kept).toMatch(/^pglite-\d+\.\d+\.\d+\S*\.tar\.gz$/);
    const file = join(cacheFolder, kept);
    const whole = await readFile(file);
    const cutOff = whole.subarray(0, whole.length >> 1);
    for (const [name, content] of Object.entries({ whole, 'cut off': cutOff })) {
      await writeFile(file, content);
      const started = await startRecordsServer({ folder: join(folder, name), cacheFolder });
      const store = open(started.url);
      await store.write(sampleRecord());
      expect(await store.list(10), name).toHaveLength(1);
      await store.close();
      opened.splice(opened.indexOf(store), 1);
      await started.close();
      expect(gunzipSync(await readFile(file)).length, name).toBe(gunzipSync(whole).length);
    }
  }, 120_000);

  it('keeps the records over a restart, and refuses a second owner of its folder', async () => {
    const own = join(folder, 'restarted');
    const first = await startRecordsServer({ folder: own, cacheFolder });
    const store = open(first.url);
    await store.write(sampleRecord());
    await expect(startRecordsServer({ folder: own })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
    });
    await store.close();
    opened.splice(opened.indexOf(store), 1);
    await first.close();
    const second = await startRecordsServer({ folder: own });
    const again = open(second.url);
    expect(await again.list(10)).toEqual([sampleRecord()]);
    await again.close();
    opened.splice(opened.indexOf(again), 1);
    await second.close();
  });
});

describe('the database record store', () => {
  it('says which host does not answer, without the password', async () => {
    const store = open('postgres://someone:very-secret@127.0.0.1:1/runs');
    const failed = store.list(1);
    await expect(failed).rejects.toMatchObject({ kind: 'unavailable', subject: '127.0.0.1:1' });
    await expect(failed).rejects.not.toThrow('very-secret');
  });

  it('goes on with a table of 0.1.0, in which nobody approved, and lets its workers write', async () => {
    await openEmpty();
    const old = `request_id, workflow_id, service, environment, version, plan_digest, outcome,
      requested_by, started_at_ms, duration_ms, servers, report`;
    const row = (id: string): string =>
      `insert into deployments (${old}) values ('${id}', 'w', 's', 'e', 'v', 'p', 'succeeded', 'c', 1, 1, '["a"]', 'r')`;
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const columns = old.split(',').map((name) => `${name.trim()} text`);
    const table = columns.join(', ').replace('request_id text', 'request_id text primary key');
    await client.query(
      `create table deployments (${table.replace(/(\w+_ms) text/gu, '$1 bigint')},
       revision text, digest text, written_at timestamptz not null default now())`,
    );
    await client.query(row('old'));
    const store = open();
    expect(await store.find('old')).toMatchObject({ approvals: [], servers: ['a'] });
    await client.query(row('later'));
    await client.end();
    expect(await store.find('later')).toMatchObject({ approvals: [] });
    await store.write(sampleRecord());
    expect(await store.find('request-1')).toEqual(sampleRecord());
  });

  it('keeps a report that holds a NUL, without it', async () => {
    const store = await openEmpty();
    await store.write(sampleRecord({ report: 'a\u0000b' }));
    expect((await store.find('request-1'))?.report).toBe('ab');
  });
});

describe('S12 the embedded records server', () => {
  /** What the server sends back before it closes; the connection is ours to begin. */
  function exchange(sent: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece));
      socket.once('error', reject);
      socket.once('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
      socket.write(sent);
    });
  }

  async function answers(): Promise<boolean> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query('select 1 as one');
    await client.end();
    return rows.length === 1;
  }

  it.each([
    ['none', (url: URL) => (url.password = '')],
    ['another', (url: URL) => (url.password = 'postgres')],
    ['one that is cut off', (url: URL) => (url.password = url.password.slice(0, -1))],
    ['one that is too long', (url: URL) => (url.password = 'x'.repeat(2_000))],
  ])('S12 lets nobody in with %s for a password', async (_what, change) => {
    const url = new URL(server.url);
    change(url);
    const client = new Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow(/password/iu);
    expect(await answers()).toBe(true);
  });

  it.each([
    ['64 zero bytes', Buffer.alloc(64)],
    ['a length that is negative', Buffer.from('fffffff0000300000000', 'hex')],
    ['a length without an end', Buffer.from('7fffffff000300000000', 'hex')],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('S12 refuses a start of %s, and serves on', async (_what, sent) => {
    expect(await exchange(sent)).toContain('08P01');
    expect(await answers()).toBe(true);
  });

  it('S12 answers a client that asks for encryption first, byte by byte', async () => {
    const port = Number(new URL(server.url).port);
    const socket = connect({ host: '127.0.0.1', port });
    for (const byte of Buffer.from('0000000804d2162f', 'hex')) socket.write(Buffer.from([byte]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('N');
    socket.destroy();
    expect(await answers()).toBe(true);
  });
});
