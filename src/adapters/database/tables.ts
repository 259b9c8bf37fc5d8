/** Tables in a PostgreSQL that several processes share: connections, and the table at the first use. */
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Pool } from 'pg';

export interface TablesOptions<Tables> {
  /** postgres:// URL. */
  readonly url: string;
  readonly connectLimitMs: number;
  readonly queryLimitMs: number;
  /** Makes what is missing; once a process, and again where it failed. */
  readonly migrate: (database: Kysely<Tables>) => Promise<void>;
  readonly toPortError: (error: unknown) => Error;
}

export interface TablesInUse<Tables> {
  /** @throws what `toPortError` makes of the reason */
  readonly use: <Result>(
    work: (transaction: Transaction<Tables>) => Promise<Result>,
  ) => Promise<Result>;
  readonly close: () => Promise<void>;
}

/** Connects at the first use. */
export function openTables<Tables>(options: TablesOptions<Tables>): TablesInUse<Tables> {
  const { url, connectLimitMs, queryLimitMs, migrate, toPortError } = options;
  const pool = new Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: connectLimitMs,
    query_timeout: queryLimitMs,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
  });
  // A connection that breaks while idle is replaced at the next use.
  pool.on('error', () => undefined);
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let migrated: Promise<void> | null = null;
  return {
    /** In a transaction always: only there does the embedded server keep one client's messages together. */
    async use(work) {
      try {
        migrated ??= migrate(database);
        await migrated.catch((error: unknown) => {
          migrated = null;
          throw error;
        });
        return await database.transaction().execute(work);
      } catch (error) {
        throw toPortError(error);
      }
    },
    close: () => database.destroy(),
  };
}
