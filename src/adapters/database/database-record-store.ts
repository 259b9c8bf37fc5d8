import {
  type Generated,
  type Insertable,
  type Kysely,
  type Selectable,
  sql,
  type Transaction,
} from 'kysely';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { DeploymentRecord, RecordStore } from '../../ports/record-store.ts';
import { failure, phrase } from '../refusal.ts';
import { openTables } from './tables.ts';

const CONNECT_LIMIT_MS = 5_000;
const QUERY_LIMIT_MS = 15_000;
/** Names the lock that lets one client at a time make the table. */
const MIGRATION_LOCK = 7_086_715;

interface Database {
  readonly deployments: DeploymentsTable;
}

interface DeploymentsTable {
  readonly request_id: string;
  readonly workflow_id: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly revision: string | null;
  readonly digest: string | null;
  readonly plan_digest: string;
  readonly outcome: string;
  readonly requested_by: string;
  /** JSON array of names. */
  readonly approvals: string;
  /** bigint, which pg returns as text. */
  readonly started_at_ms: string | number;
  readonly duration_ms: string | number;
  /** JSON array of names. */
  readonly servers: string;
  readonly report: string;
  readonly written_at: Generated<Date>;
}

export interface DatabaseOptions {
  /** postgres:// URL. */
  readonly url: string;
}

export interface DatabaseRecordStore extends RecordStore {
  close(): Promise<void>;
}

/** One row a run in PostgreSQL; the table is made at the first use. */
export function createDatabaseRecordStore(options: DatabaseOptions): DatabaseRecordStore {
  const { url } = options;
  const { use, close } = openTables<Database>({
    url,
    connectLimitMs: CONNECT_LIMIT_MS,
    queryLimitMs: QUERY_LIMIT_MS,
    migrate,
    toPortError: (error) => toPortError(error, url),
  });
  return {
    write: (record) => use((transaction) => upsert(transaction, record)),
    find: (requestId) =>
      use(async (transaction) => {
        const query = transaction.selectFrom('deployments').selectAll();
        const row = await query.where('request_id', '=', requestId).executeTakeFirst();
        return row === undefined ? null : toRecord(row);
      }),
    list: (limit) =>
      use(async (transaction) => {
        const query = transaction.selectFrom('deployments').selectAll();
        const rows = await query
          .orderBy('started_at_ms', 'desc')
          .orderBy('request_id')
          .limit(limit)
          .execute();
        return rows.map(toRecord);
      }),
    lastSucceeded: ({ service, environment, version }) =>
      use(async (transaction) => {
        const row = await transaction
          .selectFrom('deployments')
          .selectAll()
          .where('service', '=', service)
          .where('environment', '=', environment)
          .where('version', '=', version)
          .where('outcome', '=', 'succeeded')
          .orderBy('started_at_ms', 'desc')
          .orderBy('request_id')
          .limit(1)
          .executeTakeFirst();
        return row === undefined ? null : toRecord(row);
      }),
    succeeded: ({ service, environment }, limit) =>
      use(async (transaction) => {
        const rows = await transaction
          .selectFrom('deployments')
          .selectAll()
          .where('service', '=', service)
          .where('environment', '=', environment)
          .where('outcome', '=', 'succeeded')
          .orderBy('started_at_ms', 'desc')
          .orderBy('request_id')
          .limit(limit)
          .execute();
        return rows.map(toRecord);
      }),
    close,
  };
}

async function migrate(database: Kysely<Database>): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    // Who may use the table, and owns nothing, is refused what follows even where there is nothing to do.
    const { rows } = await sql<{ found: boolean }>`
      select exists (select from pg_attribute where attrelid = to_regclass('deployments')
        and attname = 'approvals' and not attisdropped) as found`.execute(transaction);
    if (rows[0]?.found === true) return;
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    await transaction.schema
      .createTable('deployments')
      .ifNotExists()
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('workflow_id', 'text', (column) => column.notNull())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('environment', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('revision', 'text')
      .addColumn('digest', 'text')
      .addColumn('plan_digest', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('requested_by', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint', (column) => column.notNull())
      .addColumn('servers', 'text', (column) => column.notNull())
      .addColumn('report', 'text', (column) => column.notNull())
      .addColumn('written_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
      .execute();
    // A table of 0.1.0 has it not, and workers of 0.1.0 write without it.
    await sql`alter table deployments add column if not exists approvals text not null default '[]'`.execute(
      transaction,
    );
  });
}

async function upsert(transaction: Transaction<Database>, record: DeploymentRecord): Promise<void> {
  const row = toRow(record);
  const { request_id: _key, ...changes } = row;
  await transaction
    .insertInto('deployments')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('request_id').doUpdateSet({ ...changes, written_at: sql`now()` }),
    )
    .execute();
}

function toRow(record: DeploymentRecord): Insertable<DeploymentsTable> {
  return {
    request_id: record.requestId,
    workflow_id: record.workflowId,
    service: record.service,
    environment: record.environment,
    version: record.version,
    revision: record.revision,
    digest: record.digest,
    plan_digest: record.planDigest,
    outcome: record.outcome,
    requested_by: record.requestedBy,
    approvals: JSON.stringify(record.approvals),
    started_at_ms: Math.round(record.startedAtMs),
    duration_ms: Math.round(record.durationMs),
    servers: JSON.stringify(record.servers),
    // PostgreSQL text holds no NUL, which a command's output may.
    report: record.report.replaceAll('\u0000', ''),
  };
}

function toRecord(row: Selectable<DeploymentsTable>): DeploymentRecord {
  return {
    requestId: row.request_id,
    workflowId: row.workflow_id,
    service: row.service,
    environment: row.environment,
    version: row.version,
    revision: row.revision,
    digest: row.digest,
    planDigest: row.plan_digest,
    outcome: row.outcome,
    requestedBy: row.requested_by,
    approvals: namesIn(row.approvals),
    startedAtMs: Number(row.started_at_ms),
    durationMs: Number(row.duration_ms),
    servers: namesIn(row.servers),
    report: row.report,
  };
}

function namesIn(json: string): readonly string[] {
  const names: unknown = JSON.parse(json);
  return Array.isArray(names) ? names.map(String) : [];
}

/** The URL may hold a password: only its host is named. */
function toPortError(error: unknown, url: string): PortError {
  const host = URL.canParse(url) ? new URL(url).host : 'database';
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return failure(host, refusedBy(code, { place: host, reason: phrase(reason) }), { cause: error });
}

function refusedBy(code: string, named: { readonly place: string; readonly reason: string }) {
  // Class 28: login refused. Class 22 and 23: the data itself is refused.
  if (code.startsWith('28')) return diagnose('REFUSED', 'recordLogin', named);
  return /^2[23]/.test(code)
    ? diagnose('INVALID', 'recordRefused', named)
    : diagnose('UNAVAILABLE', 'recordSilent', named);
}
