import type { ClientChannel } from 'ssh2';
import { PortError } from '../../ports/port-error.ts';
import type { ExecOptions, ExecResult } from '../../ports/server-host.ts';
import { type OpenConnection, unavailable } from './connection.ts';
import { quoteArgv } from './quote.ts';

/** Of each of standard output and standard error; the rest is read and dropped. */
const MAXIMUM_OUTPUT_BYTES = 4 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Runs one command over a channel of its own; a cancelled or late one is ended on the server too. */
export async function execOver(
  connection: OpenConnection,
  server: string,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  return new Promise<ExecResult>((resolve, reject) => {
    connection.client.exec(quoteArgv(argv), (error, channel) => {
      if (error !== undefined) reject(unavailable(server, error));
      // Listened to at once: exit status and close may be in the packet that opened the channel.
      else follow(channel, server, argv, options).then(resolve, reject);
    });
  });
}

function follow(
  channel: ClientChannel,
  server: string,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Promise<ExecResult>((resolve, reject) => {
    const stdout = collect(channel);
    const stderr = collect(channel.stderr);
    let exitCode: number | null = null;
    let ended = false;
    const finish = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    const endWith = (error: Error): void => {
      finish();
      reject(error);
      // The signal is for sshd, which lets a program live on when only its channel is closed.
      channel.signal('TERM');
      channel.close();
    };
    const onAbort = (): void => endWith(abortReason(options.signal, server));
    const timer = setTimeout(() => endWith(timedOut(server, argv, timeoutMs)), timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    channel.on('exit', (code: number | null) => {
      ended = true;
      exitCode = code;
    });
    channel.on('error', () => undefined);
    channel.stdin.on('error', () => undefined);
    channel.once('close', () => {
      finish();
      if (ended) {
        resolve({
          exitCode,
          stdout: stdout.text(),
          stderr: stderr.text(),
          truncated: stdout.truncated() || stderr.truncated(),
        });
      } else reject(unavailable(server, new Error('the channel closed before the command ended')));
    });
    channel.end(options.stdin ?? '');
    // Aborted while the channel was being opened: the event was missed.
    if (options.signal?.aborted === true) onAbort();
  });
}

interface Collected {
  text(): string;
  truncated(): boolean;
}

function collect(stream: NodeJS.ReadableStream): Collected {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let dropped = false;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, MAXIMUM_OUTPUT_BYTES - bytes);
    bytes += kept.length;
    dropped ||= kept.length < chunk.length;
    if (kept.length > 0) chunks.push(kept);
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => dropped };
}

function abortReason(signal: AbortSignal | undefined, server: string): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(`the command on ${server} was cancelled`);
}

function timedOut(server: string, argv: readonly string[], timeoutMs: number): PortError {
  return new PortError(
    'unavailable',
    server,
    `${argv[0] ?? 'the command'} on ${server} did not end within ${timeoutMs} ms.`,
    `Look at what keeps ${server} busy, then try again.`,
  );
}
