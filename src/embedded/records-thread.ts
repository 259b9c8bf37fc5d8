import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { openDatabase } from './new-database.ts';
import { openGate } from './records-gate.ts';

/** For workers and tools together; each keeps at most two connections. */
const MAXIMUM_CONNECTIONS = 20;
/** 104 on macOS and 108 on Linux, with the zero at its end. */
const LONGEST_SOCKET_PATH = 100;

/** The thread's settings. */
export interface RecordsThreadData {
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  /** 0: any free port. */
  readonly port: number;
  /** Whoever connects has to know it. */
  readonly password: string;
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
  const serving = await listen(db, data).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  parentPort?.once('message', (_order: RecordsThreadOrder) => void close(db, serving));
  const ready: RecordsThreadMessage = { port: (serving.gate.address() as AddressInfo).port };
  parentPort?.postMessage(ready);
}

interface Serving {
  readonly gate: Server;
  readonly server: PGLiteSocketServer;
  /** The folder around the socket behind the gate, removed at the end. */
  readonly leftover: string;
}

async function listen(db: PGlite, data: RecordsThreadData): Promise<Serving> {
  const { port, password } = data;
  const { inner, leftover } = await socketPlace(data.folder);
  const server = new PGLiteSocketServer({ db, path: inner, maxConnections: MAXIMUM_CONNECTIONS });
  try {
    await server.start();
    const maximumConnections = MAXIMUM_CONNECTIONS;
    const gate = await openGate({ inner, password, port, maximumConnections });
    return { gate, server, leftover };
  } catch (error) {
    await server.stop();
    await rm(leftover, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Where nobody but the owner can look. Beside the database, where the next start finds what a killed one
 * left; a path that is longer than a socket's may be has a folder of its own for temporary files.
 */
async function socketPlace(folder: string): Promise<{ inner: string; leftover: string }> {
  const beside = `${folder}.door`;
  if (Buffer.byteLength(join(beside, 'socket')) <= LONGEST_SOCKET_PATH) {
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { mode: 0o700 });
    return { inner: join(beside, 'socket'), leftover: beside };
  }
  const leftover = await mkdtemp(join(tmpdir(), 'runsheet-records-'));
  return { inner: join(leftover, 'socket'), leftover };
}

/** The thread ends by itself once nothing is open. An error here is not caught: it reaches the owner. */
async function close(db: PGlite, { gate, server, leftover }: Serving): Promise<void> {
  gate.close();
  await server.stop();
  await db.close();
  await rm(leftover, { recursive: true, force: true });
  parentPort?.close();
}

await serveRecords(workerData as RecordsThreadData);
