import { join } from 'node:path';
import { startDeathWatch, watchedClaim } from '../../../src/embedded/death-watch.ts';
import type { FolderClaim } from '../../../src/embedded/folder-claim.ts';

const NO_CLAIM: FolderClaim = {
  record: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/** Recorded process groups end within seconds if this process is killed. */
export function watchProcesses(folder: string): FolderClaim {
  return watchedClaim(NO_CLAIM, startDeathWatch(join(folder, 'servers')));
}
