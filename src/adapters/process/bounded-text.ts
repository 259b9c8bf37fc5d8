/** Keeps the first and the last half of what it is given, within a limit in bytes. */
export class BoundedText {
  truncated = false;
  private readonly limit: number;
  private readonly head: Buffer[] = [];
  private readonly tail: Buffer[] = [];
  private headBytes = 0;
  private tailBytes = 0;

  constructor(limitBytes: number) {
    this.limit = Math.max(2, limitBytes);
  }

  append(chunk: Buffer): void {
    const room = this.limit / 2 - this.headBytes;
    if (room > 0) {
      const first = chunk.subarray(0, room);
      this.head.push(first);
      this.headBytes += first.length;
    }
    const rest = room > 0 ? chunk.subarray(room) : chunk;
    if (rest.length === 0) return;
    this.tail.push(rest);
    this.tailBytes += rest.length;
    this.dropOldest();
  }

  /** What is kept. */
  bytes(): Buffer {
    return Buffer.concat([...this.head, ...this.tail]);
  }

  text(): string {
    if (!this.truncated) return this.bytes().toString('utf8');
    const head = Buffer.concat(this.head);
    const tail = Buffer.concat(this.tail);
    return `${head.toString('utf8')}\n[…]\n${tail.toString('utf8')}`;
  }

  private dropOldest(): void {
    const limit = this.limit / 2;
    while (this.tailBytes > limit) {
      const oldest = this.tail[0];
      if (oldest === undefined) return;
      const excess = this.tailBytes - limit;
      this.truncated = true;
      if (oldest.length <= excess) {
        this.tail.shift();
        this.tailBytes -= oldest.length;
      } else {
        this.tail[0] = oldest.subarray(excess);
        this.tailBytes -= excess;
      }
    }
  }
}
