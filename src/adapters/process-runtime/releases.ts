/** The releases in a service's folder: which of them are of no use any more. */
import type { ServiceState } from '../../ports/container-runtime.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { failed, folderOf, hexOf, RELEASE_TIMEOUT_MS } from './on-server.ts';

/**
 * All but the one that runs or ran last, the `keep` that were started most recently, and as many that
 * were never started: those may have been fetched for a run that waits for this one.
 */
export function oldReleases(state: ServiceState, keep: number): readonly string[] {
  const { present, release, starts } = state;
  const others = present.filter((digest) => digest !== release?.digest);
  const byStart = Object.keys(starts).filter((digest) => others.includes(digest));
  const kept = keep === 0 ? [] : [...byStart.slice(-keep), ...neverStarted(state).slice(0, keep)];
  return others.filter((digest) => !kept.includes(digest));
}

/** The latest fetched first. */
export function neverStarted({ present, release, starts }: ServiceState): readonly string[] {
  return present.filter((each) => each !== release?.digest && !Object.hasOwn(starts, each));
}

/** They are listed by the time of their folders: this one becomes the latest. */
export async function touchRelease(
  host: ServerHost,
  service: string,
  digest: string,
): Promise<void> {
  const result = await host.exec(['touch', '-c', '--', placeOf(host, service, digest)]);
  if (result.exitCode !== 0) throw failed(host.name, { zh: '更新', en: 'touch' }, service, result);
}

/** @throws PortError where the login may not remove them */
export async function removeReleases(
  host: ServerHost,
  service: string,
  digests: readonly string[],
): Promise<void> {
  if (digests.length === 0) return;
  const folders = digests.map((digest) => placeOf(host, service, digest));
  const result = await host.exec(['rm', '-rf', '--', ...folders], {
    timeoutMs: RELEASE_TIMEOUT_MS,
  });
  if (result.exitCode !== 0) throw failed(host.name, { zh: '清理', en: 'prune' }, service, result);
}

function placeOf(host: ServerHost, service: string, digest: string): string {
  return `${folderOf(host, service)}/releases/${hexOf(digest)}`;
}
