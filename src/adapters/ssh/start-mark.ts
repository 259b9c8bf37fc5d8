/** What a command says, told apart from what was said before it began. */
import { STARTED } from './remote-command.ts';

const MARK = Buffer.from(STARTED);
/** Of what comes before the mark the end is kept: a message of the day may be long. */
const MOST_BEFORE = 64 * 1024;

/** Holds a stream back up to the mark, and passes on what comes after it. */
export class StartMark {
  seen = false;
  private held = Buffer.alloc(0);
  private readonly pass: (chunk: Buffer) => void;
  private readonly ignore: (noise: string) => void;

  /** @param ignore is told what came before the mark; often nothing */
  constructor(pass: (chunk: Buffer) => void, ignore: (noise: string) => void) {
    this.pass = pass;
    this.ignore = ignore;
  }

  write(chunk: Buffer): void {
    if (this.seen) return this.pass(chunk);
    this.held = Buffer.concat([this.held, chunk]);
    const at = this.held.indexOf(MARK);
    if (at < 0) {
      this.held = this.held.subarray(-MOST_BEFORE);
      return;
    }
    this.seen = true;
    const noise = this.held.subarray(0, at).toString('utf8');
    const rest = this.held.subarray(at + MARK.length);
    this.held = Buffer.alloc(0);
    this.ignore(noise);
    if (rest.length > 0) this.pass(rest);
  }

  /** Without a mark, what was held back is all that there is. */
  flush(): void {
    if (this.held.length > 0) this.pass(this.held);
    this.held = Buffer.alloc(0);
  }
}
