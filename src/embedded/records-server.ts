import { mkdir } from 'node:fs/promises';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { portInUse } from './embedded-error.ts';
import { claimFolder } from './folder-claim.ts';
import { openDatabase } from './new-database.ts';
import { freePort, probePort } from './ports.ts';

/** Workers and tools at once; each keeps two connections at most. */
const MAXIMUM_CONNECTIONS = 20;

export interface RecordsServerOptions {
  /** The database's files. Two processes on one folder lose rows, so a second one is refused. */
  readonly folder: string;
  /** Where an empty database is kept, so that the next new folder has one at once. */
  readonly cacheFolder?: string;
  /** Absent or 0: any free port. */
  readonly port?: number;
}

export interface RecordsServer {
  /** postgres:// URL, on 127.0.0.1. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL in this process behind a PostgreSQL socket.
 * @throws EmbeddedError ALREADY_RUNNING where another process owns the folder, PORT_IN_USE
 */
export async function startRecordsServer(options: RecordsServerOptions): Promise<RecordsServer> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const claim = await claimFolder(`${options.folder}.lock`, options.folder);
  try {
    const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
    if ((await probePort(port)) === null)
      throw portInUse(port, { zh: '部署记录', en: 'the records' }, '--records-port');
    const db = await openDatabase(options.folder, options.cacheFolder);
    const server = new PGLiteSocketServer({
      db,
      host: '127.0.0.1',
      port,
      maxConnections: MAXIMUM_CONNECTIONS,
    });
    await server.start().catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async close() {
        await server.stop();
        await db.close();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}
