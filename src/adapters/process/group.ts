import { setTimeout as sleep } from 'node:timers/promises';

/** Sends a signal to a whole process group; a group that has ended is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // no process of the group is left
  }
}

/** SIGTERM to the group, a grace time, then SIGKILL. */
export async function endGroup(pid: number, graceMs: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline) {
    if (!groupExists(pid)) return;
    await sleep(Math.min(20, graceMs));
  }
  signalGroup(pid, 'SIGKILL');
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
