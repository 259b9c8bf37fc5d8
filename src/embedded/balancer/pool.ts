export type AdminState = 'ready' | 'drain' | 'maint';

/** One server of the load balancer. */
export interface Member {
  readonly name: string;
  host: string;
  port: number;
  admin: AdminState;
  healthy: boolean;
  weight: number;
  active: number;
  requests: number;
  errors: number;
  /** Milliseconds until the head of the answer, latest last. */
  latencies: number[];
  /** Smooth weighted round robin's running sum. */
  credit: number;
}

export interface MemberSettings {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly admin?: AdminState;
  readonly weight?: number;
}

/** The number that p95 is computed over. */
const KEPT_LATENCIES = 500;

/**
 * Held requests are released this many at a time, this far apart: all at once would overload a server that
 * has just started and distort its first response times.
 */
const RELEASED_AT_ONCE = 16;
const RELEASE_INTERVAL_MS = 20;

/** For a request that waited too long for a server, or found too many waiting. */
export class NoServerError extends Error {
  override readonly name = 'NoServerError';
}

interface Waiting {
  readonly wake: () => void;
}

/** The servers behind one listener: which takes the next request, and what waits while none does. */
export class Pool {
  readonly name: string;
  readonly members: ReadonlyMap<string, Member>;
  /** Requests that found no server in time. */
  unserved = 0;
  #waiting = new Set<Waiting>();
  #releaseTimer: NodeJS.Timeout | null = null;
  #emptySinceMs: number | null;
  #emptyMs = 0;
  readonly #holdMs: number;
  readonly #holdLimit: number;

  /** @param holdMs how long a request waits for a server; `holdLimit` at once */
  constructor(name: string, members: readonly MemberSettings[], holdMs: number, holdLimit: number) {
    this.name = name;
    this.members = new Map(members.map((settings) => [settings.name, newMember(settings)]));
    this.#holdMs = holdMs;
    this.#holdLimit = holdLimit;
    this.#emptySinceMs = performance.now();
  }

  /** Total milliseconds without a server that takes requests. */
  get emptyMs(): number {
    const now = this.#emptySinceMs === null ? 0 : performance.now() - this.#emptySinceMs;
    return Math.round(this.#emptyMs + now);
  }

  get held(): number {
    return this.#waiting.size;
  }

  /** Call it after a change to anything that decides which servers take requests. */
  changed(): void {
    // The round starts over, so that weights hold exactly from here on.
    for (const member of this.members.values()) member.credit = 0;
    const empty = ![...this.members.values()].some(takesRequests);
    if (empty) {
      this.#emptySinceMs ??= performance.now();
      return;
    }
    if (this.#emptySinceMs !== null) this.#emptyMs += performance.now() - this.#emptySinceMs;
    this.#emptySinceMs = null;
    if (this.#releaseTimer === null) this.#release();
  }

  setAdmin(member: Member, admin: AdminState): void {
    // Latencies of a previous release say nothing about the one that returns now.
    if (member.admin !== 'ready' && admin === 'ready') member.latencies = [];
    member.admin = admin;
    this.changed();
  }

  setHealthy(member: Member, healthy: boolean): void {
    if (member.healthy === healthy) return;
    member.healthy = healthy;
    this.changed();
  }

  /**
   * The next server in weighted round robin; waits while there is none.
   * @throws NoServerError after the limit, or at once if too many are waiting
   */
  async take(startedMs: number, signal: AbortSignal): Promise<Member> {
    for (;;) {
      const member = this.#next();
      if (member !== null) return member;
      const leftMs = startedMs + this.#holdMs - performance.now();
      if (leftMs <= 0 || this.#waiting.size >= this.#holdLimit || signal.aborted) {
        if (!signal.aborted) this.unserved += 1;
        throw new NoServerError(`no server of pool ${this.name} takes requests`);
      }
      await this.#wait(leftMs, signal);
    }
  }

  /** Wakes those that have waited longest; the rest follow while a server takes requests. */
  #release(): void {
    this.#releaseTimer = null;
    if (this.#emptySinceMs !== null) return;
    for (const waiting of [...this.#waiting].slice(0, RELEASED_AT_ONCE)) waiting.wake();
    if (this.#waiting.size === 0) return;
    this.#releaseTimer = setTimeout(() => this.#release(), RELEASE_INTERVAL_MS);
    this.#releaseTimer.unref();
  }

  #wait(limitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(waiting);
        resolve();
      };
      const waiting: Waiting = { wake: done };
      const timer = setTimeout(done, limitMs);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #next(): Member | null {
    let best: Member | null = null;
    let total = 0;
    for (const member of this.members.values()) {
      if (!takesRequests(member)) continue;
      total += member.weight;
      member.credit += member.weight;
      if (best === null || member.credit > best.credit) best = member;
    }
    if (best !== null) best.credit -= total;
    return best;
  }
}

export function takesRequests(member: Member): boolean {
  return member.admin === 'ready' && member.healthy && member.weight > 0;
}

export function addLatency(member: Member, latencyMs: number): void {
  member.latencies.push(latencyMs);
  if (member.latencies.length > KEPT_LATENCIES) member.latencies.shift();
}

/** Nearest-rank p95 in milliseconds; null without samples. */
export function p95Of(latencies: readonly number[]): number | null {
  const sorted = [...latencies].sort((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * 0.95) - 1];
  return value === undefined ? null : Math.round(value * 10) / 10;
}

function newMember(settings: MemberSettings): Member {
  return {
    name: settings.name,
    host: settings.host,
    port: settings.port,
    admin: settings.admin ?? 'ready',
    healthy: false,
    weight: settings.weight ?? 1,
    active: 0,
    requests: 0,
    errors: 0,
    latencies: [],
    credit: 0,
  };
}
