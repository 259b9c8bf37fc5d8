import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { openDatabase } from './new-database.ts';

/** Workers and tools at once; each keeps two connections at most. */
const MAXIMUM_CONNECTIONS = 20;

/** What the thread is started with. */
export interface RecordsThreadData {
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  /** 0: any free port. */
  readonly port: number;
}

/** All that the thread says; an error that it does not catch ends it and reaches its owner as such. */
export interface RecordsThreadMessage {
  /** It listens there, on 127.0.0.1. */
  readonly port: number;
}

/** All that it is told. */
export type RecordsThreadOrder = 'close';

/**
 * The database and its PostgreSQL socket, in a thread of their own: a statement is computed without a
 * pause, the first one for seconds, and the balancer in the same process must not wait for it.
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

/** The thread ends by itself once nothing is open. A refusal in here is not caught: the owner hears of it. */
async function close(db: PGlite, server: PGLiteSocketServer): Promise<void> {
  await server.stop();
  await db.close();
  parentPort?.close();
}

await serveRecords(workerData as RecordsThreadData);
