/** One nginx: how its pools stand by their upstream files, and what changes them. */
import { AsyncResource } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { coalesce } from '../in-step/coalesce.ts';
import { changeFile, checkChangeable, lookAt, type NginxEndpoint, notRunning } from './machine.ts';
import type { NamedServer } from './names.ts';
import { badWeight, changesOften, noPool, notLoaded, type Place } from './refusals.ts';
import {
  countedAddress,
  isLoaded,
  isMaintained,
  type Running,
  serverState,
} from './server-state.ts';
import { type Member, memberOf, membersOf } from './upstream.ts';
import { drained, enabled, maintained, weighted } from './upstream-file.ts';

/** Times that a file may change under our hands before that is an error. */
const ATTEMPTS = 5;

export interface NginxPool {
  readonly file: string;
  readonly upstream: string;
  /** Servers of the project; asked each time, as their addresses may be in the worker's SSH configuration. */
  servers(): readonly NamedServer[];
}

/** What a pool's file says, and what runs. */
interface Seen extends Running {
  readonly text: string;
  readonly sha256: string;
  readonly members: readonly Member[];
}

interface Change {
  /** @returns the file's text with the change; the same where there is nothing to do */
  readonly edit: (text: string, members: readonly Member[]) => string;
  /** Whether who has asked for it may still change something. @throws PortError TAKEN_OVER */
  readonly mayStill: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface PoolWork extends NginxPool {
  readonly place: Place;
  readonly state: () => Promise<PoolState>;
  /** Changes that come while one is under way share the next reload: each costs nginx a set of workers. */
  readonly turn: () => Promise<void>;
  changes: Change[];
  /** Addresses whose connections are counted. */
  counted: readonly string[];
}

export class NginxInstance {
  private readonly nginx: NginxEndpoint;
  private readonly pools: ReadonlyMap<string, PoolWork>;

  constructor(nginx: NginxEndpoint, pools: Readonly<Record<string, NginxPool>>) {
    this.nginx = nginx;
    this.pools = new Map(
      Object.entries(pools).map(([name, pool]): [string, PoolWork] => {
        const { file, upstream } = pool;
        const work: PoolWork = {
          ...pool,
          place: { nginx: nginx.name, file, upstream },
          state: coalesce(() => this.read(work)),
          turn: coalesce(() => this.change(work)),
          changes: [],
          counted: [],
        };
        return [name, work];
      }),
    );
  }

  get name(): string {
    return this.nginx.name;
  }

  has(pool: string): boolean {
    return this.pools.has(pool);
  }

  async state(pool: string): Promise<PoolState> {
    return this.poolOf(pool).state();
  }

  /** An operator's `down` stays. @returns how the server stands now */
  async setAdmin(
    pool: string,
    server: string,
    wanted: 'ready' | 'drain',
  ): Promise<PoolServer['admin']> {
    const work = this.poolOf(pool);
    let admin: PoolServer['admin'] = wanted;
    await this.edit(work, (text, members) => {
      const { line } = memberOf(members, work.place, server);
      admin = isMaintained(line) ? 'maint' : wanted;
      if (admin === 'maint' || line.isDown === (wanted === 'drain')) return text;
      return wanted === 'drain' ? drained(text, line) : enabled(text, line);
    });
    return admin;
  }

  /** An operator's own word. @returns how the server stands now */
  async setMaintenance(pool: string, server: string, on: boolean): Promise<PoolServer['admin']> {
    const work = this.poolOf(pool);
    await this.edit(work, (text, members) => {
      const { line } = memberOf(members, work.place, server);
      if (on) return isMaintained(line) ? text : maintained(text, line);
      return line.isDown ? enabled(text, line) : text;
    });
    return on ? 'maint' : 'ready';
  }

  /** @throws PortError not-found, so that nothing is changed where a name is wrong */
  async assertMembers(pool: string, servers: readonly string[]): Promise<void> {
    const work = this.poolOf(pool);
    const { members } = await this.see(work);
    for (const server of servers) memberOf(members, work.place, server);
  }

  async setWeights(pool: string, weights: Readonly<Record<string, number>>): Promise<void> {
    const wrong = Object.values(weights).find((each) => !Number.isInteger(each) || each < 1);
    if (wrong !== undefined) throw badWeight(wrong);
    const work = this.poolOf(pool);
    await this.edit(work, (text) =>
      Object.entries(weights).reduce((now, [server, weight]) => {
        const { line } = memberOf(membersOf(now, work.place, work.servers()), work.place, server);
        return line.weight === weight ? now : weighted(now, line, weight);
      }, text),
    );
  }

  /** @throws PortError what would stand in the way of a change */
  async assertChangeable(pool: string): Promise<void> {
    const work = this.poolOf(pool);
    const seen = await this.see(work);
    if (!seen.isLoaded) throw notLoaded(work.place);
    await checkChangeable(this.nginx, work.file);
  }

  private async read(work: PoolWork): Promise<PoolState> {
    const seen = await this.see(work);
    const servers = seen.members.map((each) => serverState(each, seen));
    return { servers, emptyMs: null, process: null };
  }

  private edit(work: PoolWork, edit: Change['edit']): Promise<void> {
    return new Promise((resolve, reject) => {
      // Asked for who wants this change, whoever's turn makes it.
      const mayStill = AsyncResource.bind(async () => this.nginx.fence?.(this.name));
      work.changes.push({ edit, mayStill, resolve, reject });
      work.turn().catch(reject);
    });
  }

  /** Makes all changes that are wanted by now with one reload. Each that cannot be made fails by itself. */
  private async change(work: PoolWork): Promise<void> {
    const wanted = work.changes.splice(0);
    try {
      const made = await this.make(work, wanted);
      for (const { resolve } of made) resolve();
    } catch (error) {
      for (const { reject } of wanted) reject(error);
    }
  }

  private async make(work: PoolWork, wanted: readonly Change[]): Promise<readonly Change[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const seen = await this.see(work);
      const { text, made } = edited(seen, work, await allowed(wanted));
      if (made.length === 0 || (text === seen.text && seen.isLoaded)) return made;
      const { sha256 } = seen;
      const content = Buffer.from(text, 'latin1');
      const change = { sha256, content, isLoaded: seen.isLoaded };
      if (await changeFile(this.nginx, work.file, change)) return made;
    }
    throw changesOften(work.place);
  }

  private async see(work: PoolWork): Promise<Seen> {
    const look = await lookAt(this.nginx, work.file, work.counted);
    if (look.workers === null) throw notRunning(this.nginx.name, this.nginx.pidFile);
    const text = look.content.toString('latin1');
    const members = membersOf(text, work.place, work.servers());
    const counted = members.flatMap(({ line }) => countedAddress(line) ?? []);
    if (counted.some((each) => !work.counted.includes(each))) {
      work.counted = counted;
      return this.see(work);
    }
    const sha256 = createHash('sha256').update(look.content).digest('hex');
    const { workers, connections } = look;
    return { text, sha256, members, workers, connections, isLoaded: isLoaded(look, sha256) };
  }

  private poolOf(pool: string): PoolWork {
    const found = this.pools.get(pool);
    if (found !== undefined) return found;
    throw noPool(this.name, pool, [...this.pools.keys()]);
  }
}

/** Those whose attempt is not taken over by another one; the others are rejected. */
async function allowed(wanted: readonly Change[]): Promise<readonly Change[]> {
  const asked = await Promise.all(
    wanted.map((change) =>
      change.mayStill().then(
        () => [change],
        (error: unknown) => {
          change.reject(error);
          return [];
        },
      ),
    ),
  );
  return asked.flat();
}

/** The text with all changes that can be made; the others are rejected. */
function edited(
  seen: Seen,
  { place, servers }: Pick<PoolWork, 'place' | 'servers'>,
  wanted: readonly Change[],
): { readonly text: string; readonly made: readonly Change[] } {
  let { text, members } = seen;
  const made: Change[] = [];
  for (const change of wanted) {
    try {
      text = change.edit(text, members);
      members = membersOf(text, place, servers());
      made.push(change);
    } catch (error) {
      change.reject(error);
    }
  }
  return { text, made };
}
