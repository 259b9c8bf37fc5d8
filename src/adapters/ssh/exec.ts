/** Runs commands over a connection, each over a channel of its own. */

import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { ExecOptions } from '../../ports/server-host.ts';
import { BoundedText } from '../process/bounded-text.ts';
import { failure } from '../refusal.ts';
import type { OpenConnection } from './connection.ts';
import { type Content, streamOf } from './content.ts';
import { unavailable } from './errors.ts';
import { KILL_GRACE_MS, remoteCommand } from './remote-command.ts';
import { StartMark } from './start-mark.ts';
import { sudoRefusal } from './sudo.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_KEEP_BYTES = 1024 * 1024;
/** After the guard's last signal, until the channel is given up. */
const LAST_WAIT_MS = 2_000;

export interface ExecCall {
  readonly server: string;
  readonly user: string;
  readonly sudo: boolean;
  readonly argv: readonly string[];
  /** Empty: the command has no standard input. */
  readonly input: Content;
  readonly options: Omit<ExecOptions, 'stdin'>;
}

export interface ExecOutput {
  readonly exitCode: number | null;
  readonly stdout: BoundedText;
  readonly stderr: BoundedText;
}

/** A cancelled or late command is ended on the server before this rejects. */
export async function execOver(connection: OpenConnection, call: ExecCall): Promise<ExecOutput> {
  const { argv, options, sudo, input } = call;
  const command = remoteCommand({ argv, sudo, stdinBytes: input.bytes > 0 ? input.bytes : null });
  const running = await connection.openCommand(
    command,
    (channel) => new RunningCommand(channel, call, connection),
    options.signal,
  );
  const output = await running.result();
  if (sudo && !running.startedAsRoot) throw await sudoRefusal(connection, call);
  return output;
}

type Stream = 'stdout' | 'stderr';

class RunningCommand {
  readonly stdout: BoundedText;
  readonly stderr: BoundedText;
  private readonly channel: ClientChannel;
  private readonly call: ExecCall;
  private readonly marks: Readonly<Record<Stream, StartMark>>;
  private readonly closed: Promise<void>;
  private readonly input: Readable;
  private exit: { readonly code: number | null } | null = null;
  private unread: Error | null = null;

  constructor(channel: ClientChannel, call: ExecCall, connection: OpenConnection) {
    this.channel = channel;
    this.call = call;
    const keepBytes = call.options.keepBytes ?? DEFAULT_KEEP_BYTES;
    this.stdout = new BoundedText(keepBytes);
    this.stderr = new BoundedText(keepBytes);
    const markOf = (from: Stream): StartMark =>
      new StartMark(
        (chunk) => this.take(chunk, from),
        (noise) => connection.hear(noise, from),
      );
    const stdout = markOf('stdout');
    const stderr = markOf('stderr');
    this.marks = { stdout, stderr };
    channel.on('data', (chunk: Buffer) => stdout.write(chunk));
    channel.stderr.on('data', (chunk: Buffer) => stderr.write(chunk));
    channel.on('exit', (code: number | null) => {
      this.exit = { code };
    });
    channel.on('error', () => undefined);
    this.closed = new Promise((resolve) => channel.once('close', () => resolve()));
    this.input = streamOf(call.input);
    this.input.once('error', (error) => {
      this.unread = error;
      channel.end();
    });
    // The channel's input stays open behind it: its end is what ends the command.
    this.input.pipe(channel, { end: false });
    void this.closed.then(() => this.input.destroy());
  }

  get startedAsRoot(): boolean {
    return this.marks.stderr.seen;
  }

  async result(): Promise<ExecOutput> {
    const ended = await this.untilClosed();
    if (ended !== null) {
      await this.end();
      throw ended;
    }
    if (this.unread !== null) throw this.unread;
    this.marks.stdout.flush();
    this.marks.stderr.flush();
    if (this.exit === null) {
      throw unavailable(this.call.server, {
        zh: '命令结束之前通道已关闭',
        en: 'the channel closed before the command ended',
      });
    }
    return { exitCode: this.exit.code, stdout: this.stdout, stderr: this.stderr };
  }

  /** @returns why the command has to be ended; null: it ended by itself */
  private async untilClosed(): Promise<Error | null> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = this.call.options;
    if (signal?.aborted === true) return abortReason(signal);
    let stop: () => void = () => undefined;
    const stopped = new Promise<Error>((resolve) => {
      const timer = setTimeout(() => resolve(timedOut(this.call, timeoutMs)), timeoutMs);
      const onAbort = (): void => resolve(abortReason(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
    });
    const reason = await Promise.race([this.closed.then(() => null), stopped]);
    stop();
    return reason;
  }

  /** The guard on the server ends the command when its input ends; see remote-command.ts. */
  private async end(): Promise<void> {
    this.input.destroy();
    this.channel.end();
    const waited = new AbortController();
    const limit = sleep(KILL_GRACE_MS + LAST_WAIT_MS, undefined, { signal: waited.signal });
    await Promise.race([this.closed, limit.catch(() => undefined)]);
    waited.abort();
    this.channel.close();
  }

  private take(chunk: Buffer, from: Stream): void {
    this[from].append(chunk);
    this.call.options.onOutput?.(chunk, from);
  }
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('the command was cancelled');
}

function timedOut({ server, argv }: ExecCall, timeoutMs: number): PortError {
  const program = argv[0] ?? { zh: '命令', en: 'the command' };
  const named = { program, server, ms: timeoutMs };
  return failure(server, diagnose('UNAVAILABLE', 'sshTimedOut', named));
}
