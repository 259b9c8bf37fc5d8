import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Command, CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { BoundedText } from './bounded-text.ts';
import { minimalEnvironment } from './environment.ts';
import { endGroup, signalGroup } from './group.ts';

/** What is kept of each stream for the caller; a report on standard output has room in it. */
const KEPT_BYTES = 8 * 1024 * 1024;
const LOG_BYTES = 64 * 1024 * 1024;
const GRACE_MS = 2_000;
/** How long output may still arrive after the program itself has ended. */
const DRAIN_MS = 500;

export interface CommandRunnerOptions {
  /** The worker's environment, of which only PATH, HOME, LANG and the like are passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Bytes kept of each stream. */
  readonly keptBytes?: number;
  /** Bytes a log file may hold. */
  readonly logBytes?: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

type EndedBy = CommandResult['endedBy'];

/**
 * Runs programs on this machine, each the leader of a process group of its own, so that a timeout or
 * a cancellation ends its grandchildren too. Nothing passes through a shell.
 */
export function createCommandRunner(options: CommandRunnerOptions): CommandRunner {
  return { run: (command) => runCommand(command, options) };
}

/** @throws PortError `invalid` where the program cannot be started; an exit code never throws. */
async function runCommand(command: Command, options: CommandRunnerOptions): Promise<CommandResult> {
  const startedAtMs = Date.now();
  if (command.signal?.aborted === true) return notStarted(startedAtMs);
  const keptBytes = options.keptBytes ?? KEPT_BYTES;
  const stdout = new BoundedText(keptBytes);
  const stderr = new BoundedText(keptBytes);
  const log = await openLog(command.logFile, options.logBytes ?? LOG_BYTES);
  try {
    const child = await start(command, options);
    const receive = (text: BoundedText) => (chunk: Buffer) => {
      text.append(chunk);
      log.append(chunk);
      command.onOutput?.(chunk.toString('utf8'));
    };
    child.stdout?.on('data', receive(stdout));
    child.stderr?.on('data', receive(stderr));
    const ended = await waitFor(child, command, options.graceMs ?? GRACE_MS);
    return {
      ...ended,
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated || stderr.truncated,
      durationMs: Date.now() - startedAtMs,
    };
  } finally {
    await log.close();
  }
}

function start(command: Command, options: CommandRunnerOptions): Promise<ChildProcess> {
  const [program, ...rest] = command.argv;
  if (program === undefined || program === '') {
    throw failure('commands', diagnose('INVALID', 'commandEmpty', {}));
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: command.cwd,
      env: { ...minimalEnvironment(options.environment, command.passed), ...command.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.once('spawn', () => resolve(child));
    child.once('error', (cause) => reject(cannotStart(program, cause)));
  });
}

function cannotStart(program: string, cause: Error): PortError {
  const named = { program: JSON.stringify(program), reason: cause.message };
  return failure(program, diagnose('INVALID', 'commandNotStarted', named), { cause });
}

/** Waits for the end by itself, by the timeout or by the caller; no process of the group survives. */
function waitFor(
  child: ChildProcess,
  command: Command,
  graceMs: number,
): Promise<{ readonly exitCode: number | null; readonly endedBy: EndedBy }> {
  return new Promise((resolve) => {
    let stoppedBy: 'timeout' | 'cancelled' | null = null;
    let settled = false;
    let drain: NodeJS.Timeout | undefined;
    const stop = (reason: 'timeout' | 'cancelled'): void => {
      if (stoppedBy !== null) return;
      stoppedBy = reason;
      if (child.pid !== undefined) void endGroup(child.pid, graceMs);
    };
    const timer = setTimeout(() => stop('timeout'), command.timeoutMs);
    const onAbort = (): void => stop('cancelled');
    command.signal?.addEventListener('abort', onAbort, { once: true });
    // Cancelled while its log was opened or it was started: that is not told again.
    if (command.signal?.aborted === true) onAbort();
    const finish = (exitCode: number | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(drain);
      command.signal?.removeEventListener('abort', onAbort);
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
      const endedBy: EndedBy = stoppedBy ?? (exitCode === null ? 'signal' : 'exit');
      resolve({ exitCode: stoppedBy === null ? exitCode : null, endedBy });
    };
    // A grandchild that keeps the pipe open would delay `close` for ever: `exit` starts a limit.
    child.once('exit', (code) => {
      drain = setTimeout(() => finish(code), DRAIN_MS);
    });
    child.once('close', (code) => finish(code));
  });
}

function notStarted(startedAtMs: number): CommandResult {
  return {
    exitCode: null,
    endedBy: 'cancelled',
    stdout: '',
    stderr: '',
    truncated: false,
    durationMs: Date.now() - startedAtMs,
  };
}

interface Log {
  append(chunk: Buffer): void;
  close(): Promise<void>;
}

const NO_LOG: Log = { append: () => {}, close: async () => {} };

/** Chunks are written in the order in which they came; what exceeds the limit is left out, and said. */
async function openLog(file: string | undefined, limitBytes: number): Promise<Log> {
  if (file === undefined) return NO_LOG;
  await mkdir(dirname(file), { recursive: true });
  const handle: FileHandle = await open(file, 'a', 0o600);
  let written = 0;
  let pending: Promise<unknown> = Promise.resolve();
  const write = (content: Buffer | string): void => {
    pending = pending.then(() => handle.appendFile(content)).catch(() => {});
  };
  return {
    append(chunk) {
      if (written >= limitBytes) return;
      const room = limitBytes - written;
      written += chunk.length;
      write(chunk.subarray(0, room));
      if (chunk.length >= room) write(`\n[the rest is left out: more than ${limitBytes} bytes]\n`);
    },
    async close() {
      await pending;
      await handle.close();
    },
  };
}
