import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ArtifactArchive, StoredArtifact } from '../../ports/artifact-store.ts';
import { openTables } from '../database/tables.ts';
import { listingOf } from './listing.ts';
import {
  checked,
  checkedContent,
  checkedName,
  checkedRun,
  parseReference,
  referenceOf,
} from './names.ts';
import { denied, notTaken, silent } from './problems.ts';

/** The embedded server serves one transaction at a time. */
const CONNECT_LIMIT_MS = 30_000;
/** 64 MiB over a slow line. */
const QUERY_LIMIT_MS = 60_000;
/** Names the lock that lets one client at a time make the table. */
const MIGRATION_LOCK = 7_086_716;

interface Database {
  readonly artifacts: {
    /** Several projects may share the database. */
    readonly project: string;
    readonly request_id: string;
    readonly name: string;
    readonly content: Buffer;
    readonly bytes: number;
    /** Another one with each write. */
    readonly mark: string;
    readonly written_at: Date;
  };
}

export interface DatabaseArtifactOptions {
  /** postgres:// URL. */
  readonly url: string;
  readonly project: string;
}

/** One row an artifact in PostgreSQL; the table is made at the first use, where it is not there. */
export function createDatabaseArtifactStore(options: DatabaseArtifactOptions): ArtifactArchive {
  const { url, project } = options;
  const { use, close } = openTables<Database>({
    url,
    connectLimitMs: CONNECT_LIMIT_MS,
    queryLimitMs: QUERY_LIMIT_MS,
    migrate,
    toPortError: (error) => toPortError(error, url),
  });
  return {
    async write(requestId, name, content) {
      const artifact = checked(requestId, name);
      const bytes = checkedContent(name, content);
      await use((transaction) => {
        const key = { project, request_id: requestId, name };
        const kept = {
          content: bytes,
          bytes: bytes.length,
          mark: randomUUID(),
          written_at: sql<Date>`now()`,
        };
        return transaction
          .insertInto('artifacts')
          .values({ ...key, ...kept })
          .onConflict((conflict) =>
            conflict.columns(['project', 'request_id', 'name']).doUpdateSet(kept),
          )
          .execute();
      });
      return referenceOf(artifact);
    },
    async read(reference) {
      const { requestId, name } = parseReference(reference);
      const row = await use((transaction) =>
        transaction
          .selectFrom('artifacts')
          .select('content')
          .where('project', '=', project)
          .where('request_id', '=', requestId)
          .where('name', '=', name)
          .executeTakeFirst(),
      );
      return row?.content ?? null;
    },
    async ofEveryRun(name) {
      checkedName(name);
      return use((transaction) =>
        transaction
          .selectFrom('artifacts')
          .select(['request_id as requestId', 'content'])
          .where('project', '=', project)
          .where('name', '=', name)
          .execute(),
      );
    },
    async list(requestId) {
      if (requestId !== undefined) checkedRun(requestId);
      const rows = await use((transaction) => {
        const all = transaction
          .selectFrom('artifacts')
          .select(['request_id', 'name', 'bytes', 'mark', 'written_at'])
          .where('project', '=', project);
        const wanted = requestId === undefined ? all : all.where('request_id', '=', requestId);
        return wanted.execute();
      });
      const artifacts = rows.map(({ request_id, written_at, ...about }): StoredArtifact => {
        const named = { requestId: request_id, name: about.name };
        return { ...about, ...named, place: referenceOf(named), changedAtMs: written_at.getTime() };
      });
      return listingOf(artifacts, (id) => `artifact:${id}`);
    },
    async remove({ requestId, name, mark }) {
      const result = await use((transaction) =>
        transaction
          .deleteFrom('artifacts')
          .where('project', '=', project)
          .where('request_id', '=', requestId)
          .where('name', '=', name)
          .where('mark', '=', mark)
          .executeTakeFirst(),
      );
      return result.numDeletedRows > 0n;
    },
    close,
  };
}

async function migrate(database: Kysely<Database>): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    // Who may use the table, and make none, is refused `create table if not exists` too.
    const { rows } = await sql<{ found: boolean }>`
      select to_regclass('artifacts') is not null as found`.execute(transaction);
    if (rows[0]?.found === true) return;
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    await transaction.schema
      .createTable('artifacts')
      .ifNotExists()
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('content', 'bytea', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .addColumn('mark', 'text', (column) => column.notNull())
      .addColumn('written_at', 'timestamptz', (column) => column.notNull())
      .addPrimaryKeyConstraint('artifacts_pkey', ['project', 'request_id', 'name'])
      .execute();
  });
}

/** The URL may hold a password: only its host is named. */
function toPortError(error: unknown, url: string): Error {
  const place = URL.canParse(url) ? new URL(url).host : 'database';
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Class 28: login refused. 42501: no rights. Class 22 and 23: the data itself is refused.
  if (code.startsWith('28') || code === '42501') return denied(place, reason, error);
  return /^2[23]/u.test(code) ? notTaken(place, reason, error) : silent(place, reason, error);
}
