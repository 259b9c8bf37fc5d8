/** git reads no repository of another user, and says so in a way that is easily taken for none. */
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';

const TIMEOUT_MS = 10_000;
/** Since 2.35.3, and 2.35.2. */
const OTHER_OWNER = /(?:dubious ownership in repository at|unsafe repository \() ?'([^']+)'/u;

/** @returns null where that is not what git says */
export async function ownerRefusal(
  commands: CommandRunner,
  subject: string,
  stderr: string,
): Promise<PortError | null> {
  const path = OTHER_OWNER.exec(stderr)?.[1];
  if (path === undefined) return null;
  const owner = await ownerOf(commands, path);
  const command = `git config --global --add safe.directory ${inShell(path)}`;
  const named = { path, owner, user: ownName(), command };
  return failure(subject, diagnose('REFUSED', 'sourceOtherOwner', named));
}

/** git looks at the folder and at what is in it: whichever is not ours is the reason. */
async function ownerOf(commands: CommandRunner, path: string): Promise<string> {
  const uids: number[] = [];
  for (const each of [path, join(path, '.git')]) {
    const found = await stat(each).catch(() => null);
    if (found !== null) uids.push(found.uid);
  }
  const uid = uids.find((each) => each !== process.getuid?.()) ?? uids[0];
  if (uid === undefined) return '?';
  const argv = ['id', '-nu', String(uid)];
  const { exitCode, stdout } = await commands.run({ argv, cwd: '/', timeoutMs: TIMEOUT_MS });
  const name = stdout.trim();
  return exitCode === 0 && name !== '' ? name : `uid ${uid}`;
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user often has a number only.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

function inShell(path: string): string {
  return /^[A-Za-z0-9/._-]+$/u.test(path) ? path : `'${path}'`;
}
