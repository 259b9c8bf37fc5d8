import { mkdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { builtFile } from './built-file.ts';
import { portInUse } from './embedded-error.ts';
import { claimFolder } from './folder-claim.ts';
import { probePort } from './ports.ts';
import type {
  RecordsThreadData,
  RecordsThreadMessage,
  RecordsThreadOrder,
} from './records-thread.ts';

/** A new database takes seconds on a machine that has other work. */
const START_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 10_000;

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
  /** Settles, with the reason, when the database ended without having been closed. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL in a thread of this process, behind a PostgreSQL socket.
 * @throws EmbeddedError ALREADY_RUNNING where another process owns the folder, PORT_IN_USE; Error where
 * the database does not open
 */
export async function startRecordsServer(options: RecordsServerOptions): Promise<RecordsServer> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const claim = await claimFolder(`${options.folder}.lock`, options.folder);
  try {
    const { folder, cacheFolder, port: wanted = 0 } = options;
    if ((await probePort(wanted)) === null)
      throw portInUse(wanted, { zh: '部署记录', en: 'the records' }, '--records-port');
    const thread = startThread({ folder, cacheFolder, port: wanted });
    const ended = whenEnded(thread);
    const port = await whenReady(thread, ended);
    let closing = false;
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      ended: ended.then((reason) => (closing ? new Promise<never>(() => undefined) : reason)),
      async close() {
        closing = true;
        await closeThread(thread, ended);
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

function startThread(data: RecordsThreadData): Worker {
  // The process's own flags (an inspector's port, a loader) are not for this thread.
  return new Worker(builtFile('embedded/records-thread.js'), {
    workerData: data,
    name: 'records',
    execArgv: [],
  });
}

/** The error that ended the thread, or its exit code. Nobody has to wait for it. */
function whenEnded(thread: Worker): Promise<string> {
  return new Promise((resolve) => {
    let reason: string | null = null;
    thread.once('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    thread.once('exit', (code) => resolve(`the records ended: ${reason ?? `exit code ${code}`}`));
  });
}

/** @returns the port that the thread listens on */
async function whenReady(thread: Worker, ended: Promise<string>): Promise<number> {
  const late = AbortSignal.timeout(START_LIMIT_MS);
  const outcome = await Promise.race([
    new Promise<number>((resolve) => {
      thread.once('message', (message: RecordsThreadMessage) => resolve(message.port));
    }),
    ended,
    new Promise<string>((resolve) => {
      late.addEventListener('abort', () =>
        resolve(`the records did not start in ${START_LIMIT_MS / 1000} s`),
      );
    }),
  ]);
  if (typeof outcome === 'number') return outcome;
  await thread.terminate();
  throw new Error(outcome);
}

/** Asked first, so that the database writes what it holds; ended where it does not answer. */
async function closeThread(thread: Worker, ended: Promise<string>): Promise<void> {
  const order: RecordsThreadOrder = 'close';
  thread.postMessage(order);
  const timer = setTimeout(() => void thread.terminate(), CLOSE_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
