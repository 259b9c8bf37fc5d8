import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { builtFile } from './built-file.ts';
import { howExited, inBoth, portInUse } from './embedded-error.ts';
import { claimFolder } from './folder-claim.ts';
import { probePort } from './ports.ts';
import type {
  RecordsThreadData,
  RecordsThreadMessage,
  RecordsThreadOrder,
} from './records-thread.ts';

/** A new database takes seconds on a busy machine. */
const START_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 10_000;

export interface RecordsServerOptions {
  /** The database's files. Two processes in one folder lose rows, so a second one is refused. */
  readonly folder: string;
  /** Where an empty database is kept, so that the next new folder starts at once. */
  readonly cacheFolder?: string;
  /** Absent or 0: any free port. */
  readonly port?: number;
}

export interface RecordsServer {
  /** postgres:// URL on 127.0.0.1, with the password of this start: a credential. */
  readonly url: string;
  /** Settles, with the reason, when the database ended without having been closed. */
  readonly ended: Promise<Localized>;
  close(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL in a thread of this process, behind a PostgreSQL socket.
 * @throws EmbeddedError ALREADY_RUNNING if another process owns the folder, PORT_IN_USE; Error if the
 * database does not open
 */
export async function startRecordsServer(options: RecordsServerOptions): Promise<RecordsServer> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const claim = await claimFolder(`${options.folder}.lock`, options.folder);
  try {
    const { folder, cacheFolder, port: wanted = 0 } = options;
    if ((await probePort(wanted)) === null)
      throw portInUse(wanted, { zh: '部署记录库', en: 'record database' }, '--records-port');
    const password = randomBytes(24).toString('base64url');
    const thread = startThread({ folder, cacheFolder, port: wanted, password });
    const ended = whenEnded(thread);
    const port = await whenReady(thread, ended);
    let closing = false;
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
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

/** The error that ended the thread, or its exit code. Never rejects. */
function whenEnded(thread: Worker): Promise<Localized> {
  return new Promise((resolve) => {
    let reason: Localized | null = null;
    thread.once('error', (error) => {
      reason = inBoth(error instanceof Error ? error.message : String(error));
    });
    thread.once('exit', (code) => {
      const { zh, en } = reason ?? howExited(code, null);
      resolve({ zh: `部署记录库已退出：${zh}`, en: `the record database exited: ${en}` });
    });
  });
}

/** @returns the port that the thread listens on */
async function whenReady(thread: Worker, ended: Promise<Localized>): Promise<number> {
  const late = AbortSignal.timeout(START_LIMIT_MS);
  const outcome = await Promise.race([
    new Promise<number>((resolve) => {
      thread.once('message', (message: RecordsThreadMessage) => resolve(message.port));
    }),
    ended,
    new Promise<Localized>((resolve) => {
      late.addEventListener('abort', () =>
        resolve(inBoth(`the record database did not start within ${START_LIMIT_MS / 1000} s`)),
      );
    }),
  ]);
  if (typeof outcome === 'number') return outcome;
  await thread.terminate();
  throw new Error(outcome.en);
}

/** Asks first, so that the database writes its data; terminates it if it does not answer. */
async function closeThread(thread: Worker, ended: Promise<Localized>): Promise<void> {
  const order: RecordsThreadOrder = 'close';
  thread.postMessage(order);
  const timer = setTimeout(() => void thread.terminate(), CLOSE_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
