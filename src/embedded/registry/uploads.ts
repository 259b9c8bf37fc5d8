/** Blob uploads: begun, sent in pieces or at once, and accepted only under their own digest. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Refusal } from './refusal.ts';
import { blobFile } from './store.ts';

const MAXIMUM_BLOB_BYTES = 1024 * 1024 * 1024;

export async function beginUpload(folder: string): Promise<string> {
  const id = randomBytes(16).toString('hex');
  await mkdir(join(folder, 'uploads'), { recursive: true });
  await writeFile(uploadFile(folder, id), '', { flag: 'wx' });
  return id;
}

/** @returns the number of bytes received so far */
export async function continueUpload(
  folder: string,
  id: string,
  request: IncomingMessage,
): Promise<number> {
  const file = uploadFile(folder, id);
  let bytes = await sizeOf(file);
  await pipeline(
    request,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > MAXIMUM_BLOB_BYTES) throw new Refusal(413, 'SIZE_INVALID', 'TOO_LARGE');
        yield chunk;
      }
    },
    createWriteStream(file, { flags: 'a' }),
  );
  return bytes;
}

export async function endUpload(
  folder: string,
  id: string,
  digest: string,
  request: IncomingMessage,
): Promise<void> {
  const file = uploadFile(folder, id);
  try {
    await continueUpload(folder, id, request);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    if (`sha256:${hash.digest('hex')}` !== digest) {
      throw new Refusal(400, 'DIGEST_INVALID', 'the content has another digest');
    }
    await rename(file, blobFile(folder, digest));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => null);
  if (found === null) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload');
  return found.size;
}

function uploadFile(folder: string, id: string): string {
  return join(folder, 'uploads', id);
}
