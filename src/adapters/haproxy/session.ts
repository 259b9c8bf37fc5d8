/** One open stream to the runtime API, in interactive mode: an answer ends with the next prompt. */
import type { Duplex } from 'node:stream';
import type { Parameter } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';

const PROMPT = '\n> ';
/** Thousands of servers stay below it; a stream without end does not. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

/** The stream ended or said nothing in time; whether its last commands were carried out is not known. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
  readonly reason: Parameter;

  constructor(reason: Parameter) {
    super('the stream to the runtime API is lost');
    this.reason = reason;
  }
}

const CLOSED: Localized = { zh: 'socket 已关闭', en: 'the socket was closed' };
const ENDLESS: Localized = { zh: '应答没有尽头', en: 'an answer without end' };

function lateBy(seconds: number): Localized {
  return { zh: `${seconds} 秒内没有应答`, en: `no answer within ${seconds} s` };
}

interface Waiting {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

export class Session {
  private readonly stream: Duplex;
  private readonly answerMs: number;
  private readonly waiting: Waiting[] = [];
  private text = '';
  /** The last characters of `text`, with which a prompt may begin: a long answer is not searched anew for each chunk. */
  private seam = '';
  private lost: SessionLost | null = null;

  private constructor(stream: Duplex, answerMs: number) {
    this.stream = stream;
    this.answerMs = answerMs;
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.take(chunk));
    stream.on('error', (error: Error) => this.end(error.message));
    stream.on('close', () => this.end(CLOSED));
    stream.on('end', () => this.end(CLOSED));
  }

  /** @throws SessionLost where the other side is no runtime API */
  static async begin(stream: Duplex, answerMs: number): Promise<Session> {
    const session = new Session(stream, answerMs);
    await session.ask(['prompt']);
    return session;
  }

  get isOpen(): boolean {
    return this.lost === null;
  }

  /** Sends the commands at once. @returns their answers in order @throws SessionLost */
  async ask(commands: readonly string[]): Promise<readonly string[]> {
    if (this.lost !== null) throw this.lost;
    const timer = setTimeout(() => this.end(lateBy(this.answerMs / 1000)), this.answerMs);
    try {
      const answers = commands.map(
        () => new Promise<string>((resolve, reject) => this.waiting.push({ resolve, reject })),
      );
      this.stream.write(commands.map((each) => `${each}\n`).join(''));
      return await Promise.all(answers);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.end(CLOSED);
  }

  private take(chunk: string): void {
    this.text += chunk;
    if (this.text.length > LONGEST_ANSWER) return this.end(ENDLESS);
    const fresh = this.seam + chunk;
    this.seam = fresh.slice(1 - PROMPT.length);
    if (!fresh.includes(PROMPT)) return;
    for (let at = this.text.indexOf(PROMPT); at >= 0; at = this.text.indexOf(PROMPT)) {
      const answer = this.text.slice(0, at);
      this.text = this.text.slice(at + PROMPT.length);
      this.waiting.shift()?.resolve(answer);
    }
  }

  private end(reason: Parameter): void {
    if (this.lost !== null) return;
    this.lost = new SessionLost(reason);
    this.stream.destroy();
    for (const { reject } of this.waiting.splice(0)) reject(this.lost);
  }
}
