/** Commands for the HAProxy that serves now, and for those that a reload has told to end. */

import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { Fence } from '../../ports/fence.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { type Counters, type ProcessInfo, parseInfo } from './answers.ts';
import { SHOW_INFO, SHOW_SESSIONS } from './commands.ts';
import { countLeft } from './leaving.ts';
import { Session, SessionLost } from './session.ts';
import type { HttpSession } from './sessions.ts';

export interface RuntimeTimes {
  readonly openMs: number;
  readonly answerMs: number;
  /** An unused stream is closed: it would keep a process that a reload has told to end. */
  readonly idleMs: number;
}

export interface RuntimeEndpoint {
  /** For messages, for example `HAProxy lb-1:/run/haproxy/admin.sock`. */
  readonly name: string;
  /** Asked before each change; absent: everybody may. */
  readonly fence?: Fence;
  open(): Promise<Duplex>;
}

export interface Answers {
  readonly info: ProcessInfo;
  readonly texts: readonly string[];
  /** Requests that processes which are told to end still have in flight. */
  readonly leaving: readonly Counters[];
  /** Sessions of those processes; none where `SHOW_SESSIONS` was not asked. */
  readonly sessions: readonly HttpSession[];
}

const ATTEMPTS = 5;
/** A process that is told to end has lost its socket to the next one by then. */
const HANDOVER_MS = 50;
const MOST_LEAVING = 4;

/**
 * One stream stays open between commands. Where HAProxy is reloaded, that stream still ends at the
 * old process, which says so: the next commands go to the new one, and the old stream counts the
 * requests that the old process has in flight until it has none.
 */
export class RuntimeApi {
  private readonly endpoint: RuntimeEndpoint;
  private readonly times: RuntimeTimes;
  private current: Session | null = null;
  private leaving: Session[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;

  constructor(endpoint: RuntimeEndpoint, times: RuntimeTimes) {
    this.endpoint = endpoint;
    this.times = times;
  }

  get name(): string {
    return this.endpoint.name;
  }

  read(commands: readonly string[]): Promise<Answers> {
    return this.inTurn(async () => {
      const answers = await this.run(commands);
      return { ...answers, ...(await this.countLeaving(commands.includes(SHOW_SESSIONS))) };
    });
  }

  /** Also tells the processes that are leaving, which may still give requests to a server. */
  change(commands: readonly string[]): Promise<readonly string[]> {
    return this.inTurn(async () => {
      const { texts } = await this.run(commands, this.endpoint.fence);
      await Promise.allSettled(this.leaving.map((each) => each.ask(commands)));
      return texts;
    });
  }

  close(): void {
    clearTimeout(this.idle);
    for (const each of [this.current, ...this.leaving]) each?.close();
    this.current = null;
    this.leaving = [];
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => {
      clearTimeout(this.idle);
      return work().finally(() => {
        this.idle = setTimeout(() => this.close(), this.times.idleMs).unref();
      });
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async run(
    commands: readonly string[],
    fence?: Fence,
  ): Promise<Pick<Answers, 'info' | 'texts'>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const isFresh = this.current?.isOpen !== true;
      const session = await this.session();
      await fence?.(this.name);
      const answers = await this.ask(session, commands, isFresh);
      if (answers === null) continue;
      if (!answers.info.isLeaving) return answers;
      this.retire(session);
      if (isFresh) await delay(HANDOVER_MS);
    }
    throw this.gone({
      zh: '它正在结束，而没有别的进程接管它的 socket',
      en: 'it is told to end, and no other process has its socket',
    });
  }

  /** null: a stream that was open already had been closed meanwhile; another one tells more. */
  private async ask(
    session: Session,
    commands: readonly string[],
    isFresh: boolean,
  ): Promise<Pick<Answers, 'info' | 'texts'> | null> {
    try {
      const [first = '', ...texts] = await session.ask([SHOW_INFO, ...commands]);
      const info = parseInfo(first);
      if (info !== null) return { info, texts };
      session.close();
      const said = first.trim().slice(0, 100);
      throw this.gone({
        zh: `它对 "${SHOW_INFO}" 的应答是 "${said}"`,
        en: `it answers "${said}" to "${SHOW_INFO}"`,
      });
    } catch (error) {
      if (!(error instanceof SessionLost)) throw error;
      if (isFresh) throw this.gone(error.reason);
      return null;
    }
  }

  private async session(): Promise<Session> {
    if (this.current?.isOpen === true) return this.current;
    const stream = await this.openInTime();
    try {
      this.current = await Session.begin(stream, this.times.answerMs);
    } catch (error) {
      throw this.gone(reasonOf(error));
    }
    return this.current;
  }

  private async openInTime(): Promise<Duplex> {
    const opening = this.endpoint.open();
    const limit = new AbortController();
    const late = delay(this.times.openMs, null, { signal: limit.signal }).catch(() => null);
    try {
      const stream = await Promise.race([opening, late]);
      if (stream !== null) return stream;
    } finally {
      limit.abort();
    }
    opening.then(
      (stream) => stream.destroy(),
      () => undefined,
    );
    const seconds = this.times.openMs / 1000;
    throw this.gone({
      zh: `${seconds} 秒内连不到它`,
      en: `it was not reached within ${seconds} s`,
    });
  }

  private retire(session: Session): void {
    this.current = null;
    this.leaving.push(session);
    for (const each of this.leaving.splice(0, this.leaving.length - MOST_LEAVING)) each.close();
  }

  private async countLeaving(hasSessions: boolean): Promise<Pick<Answers, 'leaving' | 'sessions'>> {
    const left = await Promise.all(this.leaving.map((each) => countLeft(each, hasSessions)));
    this.leaving = this.leaving.filter((each) => each.isOpen);
    return {
      leaving: left.flatMap(({ counters }) => counters),
      sessions: left.flatMap(({ sessions }) => sessions),
    };
  }

  private gone(reason: Parameter): PortError {
    const { name } = this.endpoint;
    return failure(name, diagnose('UNAVAILABLE', 'haproxyGone', { haproxy: name, reason }));
  }
}

function reasonOf(error: unknown): Parameter {
  if (error instanceof SessionLost) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
