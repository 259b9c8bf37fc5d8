/** One HAProxy: how its pools stand, and what changes them. Every change is read back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolServer, PoolState, RouteChanges } from '../../ports/load-balancer.ts';
import { coalesce } from '../in-step/coalesce.ts';
import { type Counters, parseCounters, parseServersState, type ServerState } from './answers.ts';
import { SHOW_EVERYTHING, SHOW_SESSIONS, setState, setWeight, showPool } from './commands.ts';
import { isAwaited, serverOf } from './pool-server.ts';
import {
  assertAccepted,
  heldByHaproxy,
  noBackend,
  noServer,
  notTaken,
  type Place,
} from './refusals.ts';
import { readRoutes, writeRoutes } from './routes.ts';
import type { Answers, RuntimeApi } from './runtime-api.ts';
import { type HttpSession, MOST_SESSIONS, parseSessions } from './sessions.ts';

/** HAProxy takes a change before it answers; another thread's view may be a moment behind. */
const READ_BACK_MS = 1_000;
const READ_AGAIN_MS = 20;

export interface InstanceNames {
  /** Pool → backend; a pool that is missing is none of this HAProxy's. */
  readonly backends: Readonly<Record<string, string>>;
  /** Server → its name in HAProxy, where they differ. */
  readonly servers: Readonly<Record<string, string>>;
}

export class HaproxyInstance {
  private readonly api: RuntimeApi;
  private readonly names: InstanceNames;
  private readonly ours: ReadonlyMap<string, string>;
  private readonly reads = new Map<string, () => Promise<PoolState>>();

  constructor(api: RuntimeApi, names: InstanceNames) {
    this.api = api;
    this.names = names;
    this.ours = new Map(Object.entries(names.servers).map(([name, theirs]) => [theirs, name]));
  }

  get name(): string {
    return this.api.name;
  }

  has(pool: string): boolean {
    return Object.hasOwn(this.names.backends, pool);
  }

  state(pool: string): Promise<PoolState> {
    const read = this.reads.get(pool) ?? coalesce(() => this.readState(pool));
    this.reads.set(pool, read);
    return read();
  }

  /** An operator's `maint` stays. @returns how the server stands now */
  async setAdmin(
    pool: string,
    server: string,
    wanted: 'ready' | 'drain',
  ): Promise<PoolServer['admin']> {
    const now = await this.member(pool, server);
    if (now.held !== undefined && wanted === 'ready') {
      throw heldByHaproxy(this.place(pool, server), now.held);
    }
    if (now.admin === 'maint' || now.admin === wanted) return now.admin;
    return this.takeState(pool, server, wanted);
  }

  /** An operator's own word. @returns how the server stands now */
  async setMaintenance(pool: string, server: string, on: boolean): Promise<PoolServer['admin']> {
    const wanted = on ? 'maint' : 'ready';
    const now = await this.member(pool, server);
    if (now.held !== undefined && !on) throw heldByHaproxy(this.place(pool, server), now.held);
    if (now.admin === wanted && now.held === undefined) return wanted;
    return this.takeState(pool, server, wanted);
  }

  private async takeState(
    pool: string,
    server: string,
    wanted: PoolServer['admin'],
  ): Promise<PoolServer['admin']> {
    const command = setState(this.backendOf(pool), this.theirs(server), wanted);
    await this.change(pool, server, [command]);
    const after = await this.readBack(pool, server, (each) => each.admin === wanted);
    if (after.admin !== wanted) {
      throw notTaken(this.place(pool, server), `state ${wanted}`, after.admin);
    }
    return after.admin;
  }

  /** @throws PortError not-found, so that nothing is changed where a name is wrong */
  async assertMembers(pool: string, servers: readonly string[]): Promise<void> {
    const state = await this.state(pool);
    for (const server of servers) this.memberOf(state, pool, server);
  }

  async setWeights(pool: string, weights: Readonly<Record<string, number>>): Promise<void> {
    const backend = this.backendOf(pool);
    for (const [server, weight] of Object.entries(weights)) {
      if ((await this.member(pool, server)).weight === weight) continue;
      await this.change(pool, server, [setWeight(backend, this.theirs(server), weight)]);
      const after = await this.readBack(pool, server, (each) => each.weight === weight);
      if (after.weight !== weight) {
        throw notTaken(this.place(pool, server), `weight ${weight}`, String(after.weight));
      }
    }
  }

  routes(map: string): Promise<Readonly<Record<string, string>>> {
    return readRoutes(this.api, this.names.backends, map);
  }

  setRoutes(map: string, routes: RouteChanges): Promise<void> {
    return writeRoutes(this.api, this.names.backends, map, routes);
  }

  close(): void {
    this.api.close();
  }

  private async readState(pool: string): Promise<PoolState> {
    const backend = this.backendOf(pool);
    const answers = await this.api.read(showPool(backend));
    const [stat = '', state = ''] = answers.texts;
    const place = { haproxy: this.name, backend };
    assertAccepted(place, stat, false);
    assertAccepted(place, state, false);
    const found = parseServersState(state).filter((each) => each.backend === backend);
    const counters = await this.countersOf(backend, stat, found.length > 0);
    const sessions = await this.sessionsOf(found, counters, answers);
    const total = counters.find(({ kind }) => kind === 'backend');
    return {
      servers: found.flatMap((each) => {
        const seen = { counters, leaving: answers.leaving, sessions };
        return serverOf(each, this.ours.get(each.name) ?? each.name, seen) ?? [];
      }),
      emptyMs: (total?.downtimeSeconds ?? 0) * 1000,
      process: answers.info.process,
    };
  }

  /** A frontend of the same name takes the backend's place in `show stat <name>`. */
  private async countersOf(
    backend: string,
    stat: string,
    hasServers: boolean,
  ): Promise<readonly Counters[]> {
    const own = (text: string): readonly Counters[] =>
      parseCounters(text).filter(({ proxy }) => proxy === backend);
    const counters = own(stat);
    if (!hasServers || counters.some(({ kind }) => kind === 'server')) return counters;
    const {
      texts: [everything = ''],
    } = await this.api.read([SHOW_EVERYTHING]);
    return own(everything);
  }

  /** Only where a server that is out still has something: the list is long. */
  private async sessionsOf(
    servers: readonly ServerState[],
    counters: readonly Counters[],
    { info, leaving }: Answers,
  ): Promise<readonly HttpSession[]> {
    if (!isAwaited(servers, [...counters, ...leaving]) || info.connections > MOST_SESSIONS)
      return [];
    const { texts, ...now } = await this.api.read([SHOW_SESSIONS]);
    // Another process has none of those that were counted.
    return now.info.process === info.process
      ? [...parseSessions(texts[0] ?? ''), ...now.sessions]
      : [];
  }

  private async member(pool: string, server: string): Promise<PoolServer> {
    return this.memberOf(await this.state(pool), pool, server);
  }

  private memberOf(state: PoolState, pool: string, server: string): PoolServer {
    const found = state.servers.find(({ name }) => name === server);
    if (found !== undefined) return found;
    const known = state.servers.map(({ name }) => this.theirs(name));
    throw noServer(this.place(pool, server), known);
  }

  private async change(pool: string, server: string, commands: readonly string[]): Promise<void> {
    for (const answer of await this.api.change(commands)) {
      assertAccepted(this.place(pool, server), answer, true);
    }
  }

  private async readBack(
    pool: string,
    server: string,
    isTaken: (member: PoolServer) => boolean,
  ): Promise<PoolServer> {
    const untilMs = performance.now() + READ_BACK_MS;
    for (;;) {
      const now = await this.member(pool, server);
      if (isTaken(now) || performance.now() > untilMs) return now;
      await delay(READ_AGAIN_MS);
    }
  }

  private place(pool: string, server: string): Place {
    return { haproxy: this.name, backend: this.backendOf(pool), server: this.theirs(server) };
  }

  private theirs(server: string): string {
    return this.names.servers[server] ?? server;
  }

  private backendOf(pool: string): string {
    const backend = this.names.backends[pool];
    if (backend === undefined) throw noBackend({ haproxy: this.name, backend: pool }, null);
    return backend;
  }
}
