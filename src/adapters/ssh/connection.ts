/** One connection that is shared by all who need it, kept while used, opened again when it was lost. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel, SFTPWrapper } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { Fence } from '../../ports/fence.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
import { reasonOf, unavailable } from './errors.ts';
import { Gate } from './gate.ts';
import type { LoggedIn } from './login.ts';

export interface Limits {
  /** Commands and the SFTP channel, each a session: OpenSSH's MaxSessions is 10 by default. */
  readonly sessions: number;
  /** Streams to sockets and through a jump host, which sshd does not count as sessions. */
  readonly sockets: number;
  /** A connection that nobody used for so long is closed. */
  readonly idleMs: number;
  /** The longest wait for a place in one of these lines. */
  readonly queueMs: number;
  /** Asked before each command, when nothing is to be waited for any more; absent: everybody may. */
  readonly fence?: Fence;
  /** Told what comes before a command's own output. */
  readonly onNoise?: (machine: Localized, noise: string) => void;
}

/**
 * sshd frees a session's place only after it has read all that came with the end of that session:
 * who asks in the same moment is refused though the place is free, and asks again after so long.
 * (OpenSSH collects dead channels once a round, after the packets: channel_handler in channels.c.)
 */
const REFUSED_WAIT_MS = 10;
/** The waits of who is refused without a session of ours beside it, until it gives up. */
const ALONE_WAITS_MS = [REFUSED_WAIT_MS, 40, 200, 1_000];

/** What is open to one machine. */
export class OpenConnection {
  /** A UUID: names what is written down, and begun, over this connection. */
  readonly id = randomUUID();
  readonly name: Localized;
  readonly sessions: Gate;
  readonly sockets: Gate;
  private readonly login: LoggedIn;
  private readonly limits: Limits;
  private readonly onLost = new Set<(error: PortError) => void>();
  private lostBy: PortError | null = null;
  private shell: 'quiet' | 'speaks' | null = null;
  private sftpOpening: Promise<SFTPWrapper> | null = null;
  private sftpOpen: SFTPWrapper | null = null;
  private sftpUsers = 0;

  constructor(name: Localized, loggedIn: LoggedIn, limits: Limits) {
    this.name = name;
    this.login = loggedIn;
    this.limits = limits;
    this.sessions = new Gate(limits.sessions);
    this.sockets = new Gate(limits.sockets);
    void loggedIn.ended.then((error) => {
      this.lostBy = error;
      for (const tell of this.onLost) tell(error);
      this.onLost.clear();
    });
  }

  get client(): LoggedIn['client'] {
    return this.login.client;
  }

  /** Told once when the connection is lost. @returns stops listening */
  whenLost(tell: (error: PortError) => void): () => void {
    if (this.lostBy !== null) tell(this.lostBy);
    else this.onLost.add(tell);
    return () => void this.onLost.delete(tell);
  }

  /** The work's own result, or the loss of the connection if that comes first. */
  async unlessLost<T>(work: () => Promise<T>): Promise<T> {
    let stop: () => void = () => undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        stop = this.whenLost(reject);
        work().then(resolve, reject);
      });
    } finally {
      stop();
    }
  }

  /**
   * A channel for one command.
   * @param attach listens to the channel at once: exit status and close may be in the packet that opens it
   */
  openCommand<T>(
    command: string,
    attach: (channel: ClientChannel) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const open = async (leave: () => void): Promise<T> => {
      await this.limits.fence?.(this.name.en);
      return new Promise((resolve, reject) => {
        this.client.exec(command, (error, channel) => {
          if (error !== undefined) return reject(error);
          channel.once('close', leave);
          resolve(attach(channel));
        });
      });
    };
    return this.inSession(open, (error) => this.noSession(error), signal);
  }

  /** Called when a command has begun, with what came before it on one of its streams; often nothing. */
  hear(noise: string, from: 'stdout' | 'stderr'): void {
    if (noise !== '') this.limits.onNoise?.(this.name, noise);
    if (from === 'stdout' && this.shell !== 'speaks')
      this.shell = noise === '' ? 'quiet' : 'speaks';
  }

  /**
   * Whether the login's shell prints something by itself, as it then does in front of SFTP too.
   * @param ask runs any command; called where none has run yet
   */
  async shellSpeaks(ask: () => Promise<unknown>): Promise<boolean> {
    // Where no command runs, SFTP says itself what is wrong.
    if (this.shell === null) await ask().catch(() => undefined);
    return this.shell === 'speaks';
  }

  /** Work over the one SFTP channel, which keeps a session's place while nobody else waits for it. */
  async withSftp<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    this.sftpUsers += 1;
    try {
      this.sftpOpening ??= this.openSftp().catch((error: unknown) => {
        this.sftpOpening = null;
        throw error;
      });
      return await work(await this.sftpOpening);
    } finally {
      this.sftpUsers -= 1;
      this.giveWay();
    }
  }

  private openSftp(): Promise<SFTPWrapper> {
    const open = (leave: () => void): Promise<SFTPWrapper> =>
      new Promise((resolve, reject) => {
        this.client.sftp((error, sftp) => {
          if (error !== undefined) return reject(error);
          const forget = (): void => {
            leave();
            if (this.sftpOpen === sftp) this.forgetSftp();
          };
          sftp.on('close', forget).on('error', forget);
          this.sftpOpen = sftp;
          resolve(sftp);
        });
      });
    return this.inSession(open, (error) => this.noSftp(error));
  }

  /** Where sshd takes fewer sessions than we think, the line gets longer, at a second refusal (see REFUSED_WAIT_MS). */
  private async inSession<T>(
    open: (leave: () => void) => Promise<T>,
    failure: (error: unknown) => PortError,
    signal?: AbortSignal,
  ): Promise<T> {
    const late = (): Error => this.tooLong({ zh: '条命令', en: 'commands' }, this.sessions);
    const waitsMs = [...ALONE_WAITS_MS];
    for (let refused = 0; ; refused += 1) {
      const entering = this.sessions.enter(this.limits.queueMs, late, signal);
      this.giveWay();
      const leave = await entering;
      try {
        return await open(leave);
      } catch (error) {
        const others = this.sessions.count - 1;
        const waitMs = others > 0 ? REFUSED_WAIT_MS : waitsMs.shift();
        if (isOpenFailure(error) && waitMs !== undefined) {
          if (others > 0 && refused > 0) this.sessions.lower(others);
          await sleep(waitMs);
          leave();
        } else {
          leave();
          throw error instanceof PortError ? error : failure(error);
        }
      }
    }
  }

  private giveWay(): void {
    const sftp = this.sftpOpen;
    if (sftp === null || this.sftpUsers > 0 || this.sessions.waiting === 0) return;
    this.forgetSftp();
    sftp.end();
  }

  private forgetSftp(): void {
    this.sftpOpen = null;
    this.sftpOpening = null;
  }

  enterSocket(): Promise<() => void> {
    const { queueMs } = this.limits;
    return this.sockets.enter(queueMs, () =>
      this.tooLong({ zh: '个 socket', en: 'sockets' }, this.sockets),
    );
  }

  private tooLong(what: Localized, { count, waiting }: Gate): PortError {
    const seconds = Math.round(this.limits.queueMs / 1_000);
    return unavailable(this.name, {
      zh: `已打开 ${count} ${what.zh}，还有 ${waiting} 个在等待；${seconds} 秒内没有一个结束`,
      en: `${count} ${what.en} are open and ${waiting} wait; none ended within ${seconds} s`,
    });
  }

  private noSession(error: unknown): PortError {
    const named = { server: this.name, reason: phrase(reasonOf(error)) };
    return failure(this.name.en, diagnose('UNAVAILABLE', 'sshNoSession', named), { cause: error });
  }

  private noSftp(error: unknown): PortError {
    const named = { server: this.name, reason: phrase(reasonOf(error)) };
    return failure(this.name.en, diagnose('UNAVAILABLE', 'sshNoSftp', named), { cause: error });
  }
}

/** ssh2's error for a channel that the server does not open. */
export function isOpenFailure(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'number';
}
