/** Opens byte streams: to Unix sockets on the server, and through a jump host to the next machine. */

import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
import { ChannelStream } from './channel-stream.ts';
import { isOpenFailure, type OpenConnection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { NO_REASON, reasonOf } from './errors.ts';
import { SOCKET_EXIT, socketCommand } from './remote-command.ts';
import { StartMark } from './start-mark.ts';
import { sudoRefusal } from './sudo.ts';

const OPEN_LIMIT_MS = 20_000;
/** Linux takes 107 bytes; no character that socat or a URL reads as its own. */
const SOCKET_PATH = /^\/[A-Za-z0-9._+@/-]{1,106}$/u;

export interface SocketCall {
  readonly server: string;
  readonly user: string;
  readonly sudo: boolean;
  readonly path: string;
}

/** The way to the next machine over this one. */
export function streamThrough(connection: OpenConnection, to: Endpoint): Promise<Duplex> {
  const opening = openChannel(connection, to.connectTimeoutMs, (done) =>
    connection.client.forwardOut('127.0.0.1', 0, to.host, to.port, done),
  );
  return opening.catch((error: unknown) => {
    if (error instanceof PortError) throw error;
    const named = {
      label: to.label,
      place: `${to.host}:${to.port}`,
      hop: connection.name,
      reason: phrase(reasonOf(error)),
    };
    throw failure(to.server, diagnose('UNAVAILABLE', 'sshNotForwarded', named), { cause: error });
  });
}

/**
 * A stream to a socket on the server: forwarded by sshd, which takes a few milliseconds; by a program
 * where root is needed, or where sshd forwards nothing.
 */
export async function socketOver(connection: OpenConnection, call: SocketCall): Promise<Duplex> {
  const { server, path, sudo } = call;
  if (!SOCKET_PATH.test(path)) throw badPath(server, path);
  if (sudo) return byProgram(connection, call);
  try {
    return await openChannel(connection, OPEN_LIMIT_MS, (done) =>
      connection.client.openssh_forwardOutStreamLocal(path, done),
    );
  } catch (error) {
    if (error instanceof PortError || !isOpenFailure(error)) throw error;
    // sshd gives the same answer for a socket that is missing, not for us, or never forwarded.
    return byProgram(connection, call);
  }
}

type Done = (error: Error | undefined, channel: ClientChannel) => void;

async function openChannel(
  connection: OpenConnection,
  limitMs: number,
  ask: (done: Done) => void,
): Promise<Duplex> {
  const leave = await connection.enterSocket();
  try {
    const stream = await new Promise<Duplex>((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(new Error(`no answer within ${limitMs} ms`));
      }, limitMs);
      ask((error, channel) => {
        clearTimeout(timer);
        if (error !== undefined) reject(error);
        else if (late) channel.close();
        else resolve(new ChannelStream(channel, connection));
      });
    });
    stream.once('close', leave);
    return stream;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Ready once the program says so; until then its exit code says what is wrong. */
async function byProgram(connection: OpenConnection, call: SocketCall): Promise<Duplex> {
  const leave = await connection.enterSocket();
  const command = socketCommand(call.path, call.sudo);
  try {
    const { program } = await connection.openCommand(command, (channel) => {
      channel.once('close', leave);
      // A promise would be waited for.
      return { program: new SocketProgram(channel, connection) };
    });
    const { stream } = program;
    if (await program.started()) return stream;
    stream.destroy();
    throw await explain(connection, call, program);
  } catch (error) {
    leave();
    throw error;
  }
}

class SocketProgram {
  readonly stream: ChannelStream;
  code: number | null = null;
  said = '';
  private readonly begun: Promise<boolean>;

  constructor(channel: ClientChannel, connection: OpenConnection) {
    const mark = new StartMark(
      (chunk) => {
        this.said = (this.said + chunk.toString('utf8')).slice(-1_000);
      },
      (noise) => connection.hear(noise, 'stderr'),
    );
    channel.on('exit', (code: number | null) => {
      this.code = code;
    });
    this.begun = new Promise((resolve) => {
      channel.stderr.on('data', (chunk: Buffer) => {
        mark.write(chunk);
        if (mark.seen) resolve(true);
      });
      channel.once('close', () => {
        mark.flush();
        resolve(false);
      });
    });
    // Before the stream's own listener: a program that fails is the stream's error, not its end.
    channel.once('close', () => {
      if (this.code !== 0 && mark.seen) this.stream.destroy(this.failure(connection.name));
    });
    this.stream = new ChannelStream(channel, connection, (noise) =>
      connection.hear(noise, 'stdout'),
    );
  }

  /** @returns false where the program ended before there was a stream */
  async started(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), OPEN_LIMIT_MS);
    });
    const begun = await Promise.race([this.begun, late]);
    clearTimeout(timer);
    return begun;
  }

  private failure(server: Localized): PortError {
    const ended = { zh: `退出码 ${this.code}`, en: `exit code ${this.code}` };
    const named = { server, reason: phrase(this.said) || ended };
    return failure(server.en, diagnose('UNAVAILABLE', 'socketBroke', named));
  }
}

async function explain(
  connection: OpenConnection,
  call: SocketCall,
  { code, said }: SocketProgram,
): Promise<PortError> {
  const { server, path, user, sudo } = call;
  if (code === SOCKET_EXIT.missing) {
    return failure(server, diagnose('NOT_FOUND', 'socketMissing', { server, path }));
  }
  if (code === SOCKET_EXIT.noProgram) {
    return failure(server, diagnose('REFUSED', 'socketNoProgram', { user, path, server }));
  }
  if (code === SOCKET_EXIT.denied) {
    return failure(server, diagnose('REFUSED', 'socketDenied', { user, path, server }));
  }
  return sudo ? sudoRefusal(connection, call) : notOpened(call, said.trim());
}

function notOpened({ server, path }: SocketCall, reason: string): PortError {
  const named = { path, server, reason: phrase(reason) || NO_REASON };
  return failure(server, diagnose('UNAVAILABLE', 'socketShut', named));
}

function badPath(server: string, path: string): PortError {
  const named = { path: JSON.stringify(path), server };
  return failure(server, diagnose('INVALID', 'socketBadPath', named));
}
