/** One connection that is shared by all who need it, kept while used, opened again when it was lost. */
import type { ClientChannel, SFTPWrapper } from 'ssh2';
import { PortError } from '../../ports/port-error.ts';
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
}

/** What is open to one machine. */
export class OpenConnection {
  readonly name: string;
  readonly sessions: Gate;
  readonly sockets: Gate;
  private readonly login: LoggedIn;
  private readonly limits: Limits;
  private readonly onLost = new Set<(error: PortError) => void>();
  private lostBy: PortError | null = null;
  private sftpOpening: Promise<SFTPWrapper> | null = null;

  constructor(name: string, loggedIn: LoggedIn, limits: Limits) {
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
   * A channel for one command. Where sshd takes fewer sessions than we think, the line gets longer.
   * @param attach listens to the channel at once: exit status and close may be in the packet that opens it
   */
  async openCommand<T>(
    command: string,
    attach: (channel: ClientChannel) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    for (;;) {
      const leave = await this.enterSession(signal);
      try {
        return await this.exec(command, (channel) => {
          channel.once('close', leave);
          return attach(channel);
        });
      } catch (error) {
        const others = this.sessions.count - 1;
        leave();
        if (!isOpenFailure(error) || others === 0) throw this.noSession(error);
        this.sessions.lower(others);
      }
    }
  }

  enterSession(signal?: AbortSignal): Promise<() => void> {
    const { queueMs } = this.limits;
    return this.sessions.enter(queueMs, () => this.tooLong('commands', this.sessions), signal);
  }

  enterSocket(): Promise<() => void> {
    const { queueMs } = this.limits;
    return this.sockets.enter(queueMs, () => this.tooLong('sockets', this.sockets));
  }

  /** One SFTP channel, opened when first needed; it keeps a session's place while it is open. */
  sftp(): Promise<SFTPWrapper> {
    this.sftpOpening ??= this.openSftp().catch((error: unknown) => {
      this.sftpOpening = null;
      throw error;
    });
    return this.sftpOpening;
  }

  private async openSftp(): Promise<SFTPWrapper> {
    const leave = await this.enterSession();
    return new Promise<SFTPWrapper>((resolve, reject) => {
      this.client.sftp((error, sftp) => {
        if (error !== undefined) {
          leave();
          return reject(this.noSftp(error));
        }
        const forget = (): void => {
          leave();
          this.sftpOpening = null;
        };
        sftp.on('close', forget).on('error', forget);
        resolve(sftp);
      });
    });
  }

  private exec<T>(command: string, attach: (channel: ClientChannel) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error === undefined) resolve(attach(channel));
        else reject(error);
      });
    });
  }

  private tooLong(what: string, gate: Gate): PortError {
    const seconds = Math.round(this.limits.queueMs / 1_000);
    return unavailable(
      this.name,
      `${gate.count} ${what} are open and ${gate.waiting} wait; none ended within ${seconds} s`,
    );
  }

  private noSession(error: unknown): PortError {
    return new PortError(
      'unavailable',
      this.name,
      `${this.name} opens no session for a command: ${reasonOf(error)}.`,
      `Set MaxSessions to 10 in sshd_config of ${this.name}, and check that its login may run commands.`,
      { cause: error },
    );
  }

  private noSftp(error: Error): PortError {
    return new PortError(
      'unavailable',
      this.name,
      `${this.name} offers no SFTP: ${error.message}.`,
      `Add "Subsystem sftp internal-sftp" to sshd_config of ${this.name}.`,
      { cause: error },
    );
  }
}

/** ssh2's error for a channel that the server does not open. */
export function isOpenFailure(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'number';
}
