import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder } from '../../src/embedded/folder-claim.ts';
import { groupIsAlive, signalGroup } from '../../src/embedded/process-group.ts';

/** Larger than any process number that Linux gives. */
const NO_SUCH_PROCESS = 4_194_305;

let folder: string;
let lockFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-claim-'));
  lockFile = join(folder, 'dev.lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function startSleeper(): number {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  if (child.pid === undefined) throw new Error('sleep did not start');
  return child.pid;
}

describe('claimFolder', () => {
  it('lets one in at a time, and names who is there', async () => {
    const claims = await Promise.allSettled([1, 2, 3].map(() => claimFolder(lockFile, folder)));
    const [held] = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
    const refused = claims.flatMap((claim) =>
      claim.status === 'rejected' ? [String(claim.reason)] : [],
    );
    expect(refused).toHaveLength(2);
    expect(refused[0]).toContain(`another process (${process.pid}) is already using ${folder}`);
    await held?.release();
    await (await claimFolder(lockFile, folder)).release();
  });

  it('ends what a killed holder left running, and nothing that merely has the same number', async () => {
    const [left, other] = [startSleeper(), startSleeper()];
    try {
      const claim = await claimFolder(lockFile, folder);
      await claim.record(left);
      await claim.record(other);
      const content = JSON.parse(await readFile(lockFile, 'utf8'));
      content.pid = NO_SUCH_PROCESS;
      content.groups[1].startedAt = '1';
      await writeFile(lockFile, JSON.stringify(content));
      const next = await claimFolder(lockFile, folder);
      expect([groupIsAlive(left), groupIsAlive(other)]).toEqual([false, true]);
      await next.release();
    } finally {
      signalGroup(left, 'SIGKILL');
      signalGroup(other, 'SIGKILL');
    }
  });

  it('takes over a lock file that is damaged', async () => {
    await writeFile(lockFile, '{"pid":');
    await (await claimFolder(lockFile, folder)).release();
  });
});
