/** Lets so many in at once; the others wait in line, for a bounded time. */
export class Gate {
  private limit: number;
  private inside = 0;
  private readonly line: Waiting[] = [];

  constructor(limit: number) {
    this.limit = Math.max(1, limit);
  }

  get count(): number {
    return this.inside;
  }

  get waiting(): number {
    return this.line.length;
  }

  /** Fewer at once from now on, never none. */
  lower(limit: number): void {
    this.limit = Math.max(1, Math.min(this.limit, limit));
  }

  /** @returns leaves again, once. @throws what `late` makes of a wait that is too long, and the signal's reason */
  async enter(limitMs: number, late: () => Error, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.inside < this.limit && this.line.length === 0) this.inside += 1;
    else await this.wait(limitMs, late, signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.inside -= 1;
      this.admit();
    };
  }

  private wait(limitMs: number, late: () => Error, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        const at = this.line.indexOf(waiting);
        if (at >= 0) this.line.splice(at, 1);
      };
      const refuse = (error: Error): void => {
        leave();
        reject(error);
      };
      const timer = setTimeout(() => refuse(late()), limitMs);
      const onAbort = (): void => refuse(asError(signal?.reason));
      const waiting: Waiting = {
        go: () => {
          leave();
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.line.push(waiting);
    });
  }

  private admit(): void {
    while (this.inside < this.limit) {
      const [next] = this.line;
      if (next === undefined) return;
      this.inside += 1;
      next.go();
    }
  }
}

interface Waiting {
  readonly go: () => void;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('cancelled');
}
