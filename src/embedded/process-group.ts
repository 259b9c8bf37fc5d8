import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GroupOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard error, and standard output unless `pipeOutput`, are appended here. */
  readonly logFile: string;
  readonly pipeOutput?: boolean;
}

/** Starts a program as the leader of its own process group, so that everything it starts can be ended. */
export function startGroup(options: GroupOptions): ChildProcess {
  const [program, ...rest] = options.argv;
  if (program === undefined) throw new Error('no program given');
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return spawn(program, rest, {
      cwd: options.cwd,
      env: { ...options.env },
      detached: true,
      stdio: ['ignore', options.pipeOutput === true ? 'pipe' : log, log],
    });
  } finally {
    closeSync(log);
  }
}

export function groupIsAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !onlyZombie(pid);
}

/** A leader that has not been waited for yet counts as ended. */
function onlyZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}

/** SIGTERM, a grace time, then SIGKILL; returns when no process of the group is left. */
export async function endGroup(pid: number, graceMs: number): Promise<void> {
  if (!groupIsAlive(pid)) return;
  signalGroup(pid, 'SIGTERM');
  if (await groupEnded(pid, graceMs)) return;
  signalGroup(pid, 'SIGKILL');
  await groupEnded(pid, 5_000);
}

async function groupEnded(pid: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (groupIsAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}
