import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions, ReleaseImage } from '../../ports/container-runtime.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { failed, folderOf, hexOf, type Quote, RELEASE_TIMEOUT_MS, runScript } from './on-server.ts';
import { unpackScript } from './script.ts';

export interface PullOptions {
  /** Writes a release's archive to a file, verified against its digest. */
  fetch(repository: string, digest: string, toFile: string, signal?: AbortSignal): Promise<void>;
  /** @throws PortError where the archive in the file could write outside its folder */
  assertSafe(name: string, file: string): Promise<void>;
  readonly quote: Quote;
}

/** From the registry over the worker to the server: servers need no way to the registry. */
export async function pullRelease(
  options: PullOptions,
  host: ServerHost,
  service: string,
  { repository, digest }: ReleaseImage,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const folder = folderOf(host, service);
  const beside = await mkdtemp(join(tmpdir(), 'runsheet-pull-'));
  try {
    const file = join(beside, 'release.tar.gz');
    await options.fetch(repository, digest, file, signal);
    await options.assertSafe(digest, file);
    onProgress?.(`${(await stat(file)).size} bytes to ${host.name}`);
    const uploaded = `${folder}/incoming/${hexOf(digest)}.tar.gz`;
    await host.writeFile(uploaded, { localFile: file }, { mode: 0o600 });
    signal?.throwIfAborted();
    const script = unpackScript(options.quote([folder]), hexOf(digest), options.quote([uploaded]));
    const result = await runScript(host, script, RELEASE_TIMEOUT_MS, signal);
    if (result.exitCode !== 0)
      throw failed(host.name, { zh: '解开', en: 'unpack' }, service, result);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
