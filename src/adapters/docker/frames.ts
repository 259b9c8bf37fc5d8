/** The engine sends the output of a container in frames: stream, three zeros, length, bytes. */
const HEADER_BYTES = 8;
const MAXIMUM_BYTES = 1024 * 1024;

/** What was printed, both streams in the order in which they came; as it is where there are no frames. */
export function readFrames(raw: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    if (!isHeader(raw, at))
      return at === 0 ? raw.toString('utf8') : Buffer.concat(parts).toString('utf8');
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(parts).toString('utf8');
}

function isHeader(raw: Buffer, at: number): boolean {
  if (raw.length < at + HEADER_BYTES) return false;
  return (raw[at] ?? 9) <= 2 && raw[at + 1] === 0 && raw[at + 2] === 0 && raw[at + 3] === 0;
}

/** Everything up to a bound; the rest is not read. */
export async function readBounded(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAXIMUM_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAXIMUM_BYTES);
}
