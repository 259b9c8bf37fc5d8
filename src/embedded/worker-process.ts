import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { builtFile } from './built-file.ts';
import { EmbeddedError, howExited, inBoth } from './embedded-error.ts';
import { endGroup, signalGroup, startGroup } from './process-group.ts';

/** Bundling the workflows and connecting takes a few seconds on a busy machine. */
const READY_LIMIT_MS = 60_000;
/** A stopping worker lets running activities finish. */
const GRACE_MS = 15_000;
const FIRST_BACKOFF_MS = 250;
const MAXIMUM_BACKOFF_MS = 10_000;
/** A worker that ran this long does not count as a failed start. */
const STABLE_MS = 20_000;
const MAXIMUM_FAILED_STARTS = 10;

export interface WorkerProcessOptions {
  /** The folder with runsheet.yaml; the worker's working directory. */
  readonly projectFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absent: dist/worker.js of this package. */
  readonly entry?: string;
  /** What is typed after the program's name, besides `--lang`. */
  readonly args?: readonly string[];
  /** How long one may take until it is ready, in ms. Default 60,000. */
  readonly readyLimitMs?: number;
  /** A worker that exits with 0 has done what it was started for, and is not started again. */
  readonly endsByItself?: boolean;
  /** False: a worker that exited stays down until `start` is called. */
  readonly restart?: boolean;
  /** The language of its messages in the log. Default English. */
  readonly language?: 'zh' | 'en';
  /** Called with each process group, so that it can be recorded. */
  readonly onStarted?: (pid: number) => void;
  /** The worker exited, is ready again, or is not restarted any more. */
  readonly onEvent?: (event: WorkerEvent) => void;
}

export type WorkerEvent =
  | { readonly kind: 'ready'; readonly pid: number; readonly notices: readonly string[] }
  | { readonly kind: 'draining'; readonly line: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'died'; readonly pid: number; readonly how: Localized }
  | { readonly kind: 'given-up'; readonly logFile: string };

export interface WorkerProcess {
  /** null: none is running. */
  pid(): number | null;
  /** Starts one if none is running; settles when it is ready. */
  start(): Promise<void>;
  /** Settles when a worker is ready. */
  ready(): Promise<void>;
  /** Kills the process group with SIGKILL, as a crash would; `restart` decides what follows. */
  kill(): Promise<void>;
  /** Ends it for good; running activities may finish within the grace time. */
  close(): Promise<void>;
}

/**
 * Starts the worker as a separate process and waits for `{"event":"ready"}` on its standard output.
 * @throws EmbeddedError NO_WORKER with the end of its log
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const supervisor = new WorkerSupervisor(options);
  try {
    await supervisor.start();
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return supervisor;
}

class WorkerSupervisor implements WorkerProcess {
  readonly #options: WorkerProcessOptions;
  readonly #logFile: string;
  #child: ChildProcess | null = null;
  #ready: Promise<void> = Promise.resolve();
  #closing = false;
  #failedStarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    const folder = join(options.projectFolder, '.runsheet');
    mkdirSync(folder, { recursive: true });
    this.#logFile = join(folder, 'worker.log');
  }

  pid(): number | null {
    return this.#child?.pid ?? null;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  start(): Promise<void> {
    if (this.#child === null && this.#restartTimer === null) this.#expect(this.#launch());
    return this.#ready;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child.pid, 'SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    const pid = this.#child?.pid;
    if (pid !== undefined) await endGroup(pid, GRACE_MS);
  }

  #launch(): Promise<void> {
    const child = startGroup({
      argv: [
        process.execPath,
        this.#options.entry ?? builtFile('worker.js'),
        '--lang',
        this.#options.language ?? 'en',
        ...(this.#options.args ?? []),
      ],
      cwd: this.#options.projectFolder,
      env: this.#options.env,
      logFile: this.#logFile,
      pipeOutput: true,
    });
    const startedMs = Date.now();
    this.#child = child;
    if (child.pid !== undefined) this.#options.onStarted?.(child.pid);
    const limitMs = this.#options.readyLimitMs ?? READY_LIMIT_MS;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(noWorker(notReady(limitMs), this.#logFile, ''));
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      }, limitMs);
      this.#followOutput(child, (notices) => {
        clearTimeout(timer);
        this.#options.onEvent?.({ kind: 'ready', pid: child.pid ?? 0, notices });
        resolve();
      });
      const ended = (how: Localized): void => {
        clearTimeout(timer);
        this.#ended(child, how, Date.now() - startedMs);
        void lastLines(this.#logFile).then((excerpt) =>
          reject(noWorker(how, this.#logFile, excerpt)),
        );
      };
      child.once('error', (error) => ended(inBoth(error.message)));
      child.once('exit', (code, signal) => {
        if (code === 0 && this.#options.endsByItself === true) this.#over(child);
        else ended(howExited(code, signal));
      });
    });
  }

  #followOutput(child: ChildProcess, onReady: (notices: readonly string[]) => void): void {
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      appendFileSync(this.#logFile, `${line}\n`);
      const said = eventIn(line);
      if (said?.event === 'ready') onReady(noticesOf(said));
      if (said?.event === 'draining' && 'line' in said)
        this.#options.onEvent?.({ kind: 'draining', line: String(said.line) });
    });
  }

  #over(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#options.onEvent?.({ kind: 'ended' });
  }

  #ended(child: ChildProcess, how: Localized, livedMs: number): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#closing) return;
    this.#options.onEvent?.({ kind: 'died', pid: child.pid ?? 0, how });
    // What the worker started must not keep running beside its successor.
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    if (this.#options.restart === false) return;
    this.#failedStarts = livedMs >= STABLE_MS ? 0 : this.#failedStarts + 1;
    if (this.#failedStarts > MAXIMUM_FAILED_STARTS) {
      this.#options.onEvent?.({ kind: 'given-up', logFile: this.#logFile });
      return;
    }
    const backoffMs = Math.min(
      FIRST_BACKOFF_MS * 2 ** Math.max(0, this.#failedStarts - 1),
      MAXIMUM_BACKOFF_MS,
    );
    const restarted = new Promise<void>((resolve, reject) => {
      this.#restartTimer = setTimeout(() => {
        this.#restartTimer = null;
        this.#launch().then(resolve, reject);
      }, backoffMs);
    });
    this.#expect(restarted);
  }

  /** Whoever awaits `ready` sees a failure; it is not an unhandled rejection otherwise. */
  #expect(ready: Promise<void>): void {
    ready.catch(() => undefined);
    this.#ready = ready;
  }
}

/** null: it says something else. */
function eventIn(line: string): { readonly event: unknown } | null {
  if (!line.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && 'event' in parsed ? parsed : null;
  } catch {
    return null;
  }
}

function notReady(limitMs: number): Localized {
  const seconds = Math.round(limitMs / 1000);
  return { zh: `${seconds} 秒内没有就绪`, en: `not ready within ${seconds} s` };
}

/** What a person has to know, of each project. */
function noticesOf(ready: object): readonly string[] {
  const projects: unknown = 'projects' in ready ? ready.projects : [];
  if (!Array.isArray(projects)) return [];
  return projects.flatMap((each: { readonly notices?: readonly string[] }) => each.notices ?? []);
}

async function lastLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n').slice(-1_000);
}

function noWorker(reason: Localized, logFile: string, excerpt: string): EmbeddedError {
  const log = excerpt === '' ? '' : `\n${excerpt}`;
  return new EmbeddedError(diagnose('NO_WORKER', 'notStarted', { reason, log, logFile }));
}
