import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

export interface SentFile {
  readonly file: string;
  readonly digest: string;
  readonly type: string;
  readonly bytes: number;
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export async function sendFile(
  response: ServerResponse,
  method: string,
  { file, digest, type, bytes }: SentFile,
): Promise<void> {
  response.writeHead(200, {
    'content-type': type,
    'content-length': bytes,
    'docker-content-digest': digest,
  });
  if (method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}
