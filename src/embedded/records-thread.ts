import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { openDatabase } from './new-database.ts';

/** For workers and tools together; each keeps at most two connections. */
const MAXIMUM_CONNECTIONS = 20;

/** The thread's settings. */
export interface RecordsThreadData {
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  /** 0: any free port. */
  readonly port: number;
}

/** The thread's only message; an uncaught error ends it and reaches its owner as an error. */
export interface RecordsThreadMessage {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
}

/** The only order it takes. */
export type RecordsThreadOrder = 'close';

/**
 * The database and its PostgreSQL socket, in a separate thread: a statement runs without interruption, the
 * first for seconds, and the load balancer in the same process must not wait for it.
 */
async function serveRecords(data: RecordsThreadData): Promise<void> {
  const db = await openDatabase(data.folder, data.cacheFolder);
  const server = await listen(db, data.port);
  parentPort?.once('message', (_order: RecordsThreadOrder) => void close(db, server));
  const ready: RecordsThreadMessage = {
    port: Number(new URL(`tcp://${server.getServerConn()}`).port),
  };
  parentPort?.postMessage(ready);
}

async function listen(db: PGlite, port: number): Promise<PGLiteSocketServer> {
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
  return server;
}

/** The thread ends by itself once nothing is open. An error here is not caught: it reaches the owner. */
async function close(db: PGlite, server: PGLiteSocketServer): Promise<void> {
  await server.stop();
  await db.close();
  parentPort?.close();
}

await serveRecords(workerData as RecordsThreadData);
