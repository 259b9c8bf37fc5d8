import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Dispatcher, fetch, type Response } from 'undici';
import { proxyOf } from '../adapters/http/proxy.ts';

/** Where Temporal's own SDKs download the development server. */
const DOWNLOAD_URL = 'https://temporal.download/cli/default';
const ASK_LIMIT_MS = 5_000;
const DOWNLOAD_LIMIT_MS = 180_000;
const MAXIMUM_BYTES = 300 * 1024 * 1024;

export interface DownloadOptions {
  readonly cacheFolder: string;
  /** TEMPORAL_CLI_DOWNLOAD_URL names a mirror with the same interface. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Downloads the program into the cache folder, whole or not at all.
 * @returns its path
 */
export async function downloadTemporal(options: DownloadOptions): Promise<string> {
  const proxy = proxyOf(options.env);
  const base = options.env['TEMPORAL_CLI_DOWNLOAD_URL'] ?? DOWNLOAD_URL;
  const archive = await askForArchive(base, proxy);
  const folder = await mkdtemp(join(options.cacheFolder, 'download-'));
  try {
    const file = join(folder, 'archive.tar.gz');
    await fetchFile(archive.url, file, proxy);
    await promisify(execFile)('tar', ['-xzf', file, '-C', folder, '--', archive.program], {
      timeout: 60_000,
    });
    const path = join(options.cacheFolder, 'temporal');
    await chmod(join(folder, archive.program), 0o755);
    await rename(join(folder, archive.program), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askForArchive(
  base: string,
  proxy: Dispatcher | undefined,
): Promise<{ readonly url: string; readonly program: string }> {
  const url = new URL(base);
  url.searchParams.set('arch', process.arch === 'x64' ? 'amd64' : process.arch);
  url.searchParams.set('platform', process.platform === 'win32' ? 'windows' : process.platform);
  url.searchParams.set('format', 'tar.gz');
  const answer = await reach(url.href, ASK_LIMIT_MS, proxy);
  const body: unknown = await answer.json();
  if (
    typeof body === 'object' &&
    body !== null &&
    'archiveUrl' in body &&
    'fileToExtract' in body
  ) {
    const program = String(body.fileToExtract);
    if (!/^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(program)) {
      throw new Error(`${url.host} names a program by something other than a file name`);
    }
    return { url: String(body.archiveUrl), program };
  }
  throw new Error(`${url.host} did not name an archive`);
}

async function fetchFile(url: string, file: string, proxy: Dispatcher | undefined): Promise<void> {
  const answer = await reach(url, DOWNLOAD_LIMIT_MS, proxy);
  if (answer.body === null) throw new Error(`${url} answered with an empty body`);
  let bytes = 0;
  const bounded = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > MAXIMUM_BYTES) throw new Error(`${url} sends more than ${MAXIMUM_BYTES} bytes`);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(answer.body), bounded, createWriteStream(file));
}

async function reach(
  url: string,
  limitMs: number,
  proxy: Dispatcher | undefined,
): Promise<Response> {
  let answer: Response;
  try {
    const signal = AbortSignal.timeout(limitMs);
    answer = await fetch(url, { signal, ...(proxy !== undefined && { dispatcher: proxy }) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(
      `${new URL(url).host}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause: error,
      },
    );
  }
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
  return answer;
}
