/** The worker's connections: how many there are, which are given up when there are too many. */

import type { Duplex } from 'node:stream';
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import { withMore } from '../refusal.ts';
import { type Limits, OpenConnection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { unavailable } from './errors.ts';
import { Gate } from './gate.ts';
import type { KeyReader } from './identities.ts';
import { login } from './login.ts';
import { streamThrough } from './open-stream.ts';

export interface PoolOptions extends Limits {
  /** Logins under way at once, for the whole worker. */
  readonly opening: number;
  /** Connections at once; above it the one that was idle longest is closed. */
  readonly connections: number;
  readonly keepaliveMs: number;
  readonly keys: KeyReader;
}

/** Shares one connection for each machine. */
export class ConnectionPool {
  private readonly options: PoolOptions;
  private readonly opening: Gate;
  private readonly open = new Map<string, Slot>();
  private readonly waiting: (() => void)[] = [];
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
    this.opening = new Gate(options.opening);
  }

  get size(): number {
    return this.open.size;
  }

  has(endpoint: Endpoint): boolean {
    return this.open.has(idOf(endpoint));
  }

  /** Runs `work` over the machine's connection; fails as `unavailable` when it is lost meanwhile. */
  async use<T>(endpoint: Endpoint, work: (connection: OpenConnection) => Promise<T>): Promise<T> {
    const { connection, release } = await this.hold(endpoint);
    try {
      return await connection.unlessLost(() => work(connection));
    } finally {
      release();
    }
  }

  /** The machine's connection, in use until it is released. */
  async hold(
    endpoint: Endpoint,
  ): Promise<{ readonly connection: OpenConnection; readonly release: () => void }> {
    const slot = await this.enter(endpoint);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.release(slot);
    };
    try {
      return { connection: await slot.connection, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Work that opens a connection, so many at once and no more. */
  async inTurn<T>(endpoint: Endpoint, work: () => Promise<T>): Promise<T> {
    const late = (): Error => unavailable(endpoint.server, TOO_MANY);
    const leave = await this.opening.enter(this.options.queueMs, late);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const slots = [...this.open.values()];
    for (const slot of slots) this.forget(slot);
    for (const go of this.waiting.splice(0)) go();
    await Promise.all(slots.map(end));
  }

  /** Counted as a user before anybody else can take it for idle. */
  private async enter(endpoint: Endpoint): Promise<Slot> {
    const id = idOf(endpoint);
    const deadlineMs = Date.now() + this.options.queueMs;
    for (;;) {
      if (this.closed) throw unavailable(endpoint.server, CLOSING);
      const slot = this.open.get(id) ?? (this.makeRoom() ? this.newSlot(id, endpoint) : undefined);
      if (slot !== undefined) {
        slot.users += 1;
        clearTimeout(slot.idle);
        return slot;
      }
      await this.roomFor(endpoint, deadlineMs - Date.now());
    }
  }

  /** @returns whether there is room for one more */
  private makeRoom(): boolean {
    if (this.open.size < this.options.connections) return true;
    const idle = [...this.open.values()].filter(({ users }) => users === 0);
    const [longest] = idle.sort((a, b) => a.usedAtMs - b.usedAtMs);
    if (longest === undefined) return false;
    this.forget(longest);
    void end(longest);
    return true;
  }

  private roomFor(endpoint: Endpoint, limitMs: number): Promise<void> {
    const { connections, queueMs } = this.options;
    const reason = noneFree(connections, queueMs / 1_000);
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(unavailable(endpoint.server, reason));
      }, limitMs);
      this.waiting.push(go);
    });
  }

  private newSlot(id: string, endpoint: Endpoint): Slot {
    const connection = this.connect(endpoint, () => this.forget(slot));
    const slot: Slot = { id, connection, users: 0, usedAtMs: Date.now(), idle: undefined };
    this.open.set(id, slot);
    connection.catch(() => this.forget(slot));
    return slot;
  }

  /** The way first, so that nobody holds a place in the line while another one needs it. */
  private async connect(endpoint: Endpoint, onLost: () => void): Promise<OpenConnection> {
    const { via } = endpoint;
    if (via === null) return this.logIn(endpoint, null, onLost);
    const { connection, release } = await this.hold(via).catch((error: unknown) => {
      throw onTheWayTo(endpoint.server, error);
    });
    try {
      const through = await streamThrough(connection, endpoint);
      const opened = await this.logIn(endpoint, through, onLost);
      opened.whenLost(release);
      return opened;
    } catch (error) {
      release();
      throw error;
    }
  }

  private async logIn(
    endpoint: Endpoint,
    through: Duplex | null,
    onLost: () => void,
  ): Promise<OpenConnection> {
    const { keys, keepaliveMs } = this.options;
    const loggedIn = await this.inTurn(endpoint, () =>
      login(endpoint, { keys, keepaliveMs, through }),
    );
    void loggedIn.ended.then(onLost);
    // Every server behind a jump host is one stream through it.
    const { sockets, connections } = this.options;
    const limits = { ...this.options, sockets: endpoint.jumpName === null ? sockets : connections };
    return new OpenConnection(endpoint.label, loggedIn, limits);
  }

  private release(slot: Slot): void {
    slot.users -= 1;
    slot.usedAtMs = Date.now();
    if (slot.users > 0 || this.open.get(slot.id) !== slot) return;
    slot.idle = setTimeout(() => {
      this.forget(slot);
      void end(slot);
    }, this.options.idleMs);
    slot.idle.unref();
    this.waiting.shift()?.();
  }

  private forget(slot: Slot): void {
    clearTimeout(slot.idle);
    if (this.open.get(slot.id) !== slot) return;
    this.open.delete(slot.id);
    this.waiting.shift()?.();
  }
}

interface Slot {
  readonly id: string;
  readonly connection: Promise<OpenConnection>;
  users: number;
  usedAtMs: number;
  idle: NodeJS.Timeout | undefined;
}

async function end(slot: Slot): Promise<void> {
  const connection = await slot.connection.catch(() => null);
  connection?.client.end();
}

/**
 * Who is logged in, where, by which way, with which keys, and by which keys the machine was known: what
 * differs in any of it is another connection. Nobody comes in on what another name was let in for.
 */
function idOf(endpoint: Endpoint): string {
  const way: unknown[] = [];
  for (let each: Endpoint | null = endpoint; each !== null; each = each.via) {
    const { user, place, host, port, hostKeys, knownHostsFiles, identities } = each;
    way.push([user, place, host, port, hostKeys, knownHostsFiles, identities]);
  }
  return JSON.stringify(way);
}

/** A jump host's failure is told to each server behind it, by the server's name. */
function onTheWayTo(server: string, error: unknown): unknown {
  if (!(error instanceof PortError)) return error;
  const more = { zh: `它在通往 ${server} 的路上。`, en: `It is on the way to ${server}.` };
  return withMore(error, more, server);
}

const TOO_MANY: Localized = { zh: '同时登录的太多', en: 'too many logins are under way' };
const CLOSING: Localized = {
  zh: 'worker 正在关闭它的连接',
  en: 'the worker is closing its connections',
};

function noneFree(connections: number, seconds: number): Localized {
  return {
    zh: `worker 的 ${connections} 个连接都在使用，${seconds} 秒内没有空出`,
    en: `all ${connections} connections of the worker are in use, and none was free within ${seconds} s`,
  };
}
