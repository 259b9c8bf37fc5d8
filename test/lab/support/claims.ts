/** Who uses the lab: claims are folders with the pid of a process; those of a process that ended are void. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Longer than a process needs between the folder and its pid. */
const NAMELESS_LIMIT_MS = 5_000;

/** Takes it for this process. @returns false where a living process has it */
export function claim(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (holderLives(folder)) return false;
    rmSync(folder, { recursive: true, force: true });
    return claim(folder);
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

export function release(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Names below a folder of claims whose processes live. */
export function livingClaims(folder: string): readonly string[] {
  return namesIn(folder).filter((name) => holderLives(join(folder, name)));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A claim that has no pid yet was made this moment, or its process died in it. */
function holderLives(folder: string): boolean {
  let pid: number;
  try {
    pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  } catch {
    const madeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - madeMs < NAMELESS_LIMIT_MS;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
