/** Where a worker that builds has its checkouts: the same for whichever process takes its place. */
import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { OwnPlace } from '../activities/code/source.ts';
import { placeQueueOf } from '../plan/queues.ts';

const DIGITS = 12;

/** @param folders of the project and of the checkouts, on this machine */
export async function ownPlace(
  taskQueue: string,
  folders: { readonly project: string; readonly checkouts: string },
): Promise<OwnPlace> {
  await mkdir(folders.checkouts, { recursive: true, mode: 0o700 });
  const paths = await Promise.all(
    [folders.project, folders.checkouts].map((each) => realpath(each)),
  );
  const worker = hostname();
  const name = JSON.stringify([worker, ...paths]);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGITS);
  return { queue: placeQueueOf(taskQueue, digest), worker };
}
