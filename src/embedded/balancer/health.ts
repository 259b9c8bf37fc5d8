import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { Member, Pool } from './pool.ts';

const ANSWER_LIMIT_MS = 1_000;
/** Bad answers in a row after which a server is unhealthy; a refused connection counts at once. */
const FALL = 2;

type Verdict = 'good' | 'bad' | 'refused';

export interface HealthRequest {
  readonly path: string;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How a server is trusted that speaks HTTPS; absent: they speak HTTP. */
  readonly tls?: ConnectionOptions;
}

export interface HealthWatch {
  /** Checks one server now, in addition to the interval: its address has changed. */
  checkNow(server: string): void;
  stop(): void;
}

/** Checks each server of the pool at a steady interval until stopped. */
export function watchHealth(pool: Pool, request: HealthRequest, intervalMs: number): HealthWatch {
  const checks = new Map(
    [...pool.members.values()].map((member) => [member.name, checkOf(pool, member, request)]),
  );
  const checkAll = (): void => {
    for (const check of checks.values()) void check();
  };
  checkAll();
  const timer = setInterval(checkAll, intervalMs);
  timer.unref();
  return {
    checkNow: (server) => void checks.get(server)?.(),
    stop: () => clearInterval(timer),
  };
}

/** One check at a time per address; an answer from an address that is no longer the server's is ignored. */
function checkOf(pool: Pool, member: Member, request: HealthRequest): () => Promise<void> {
  let badInRow = 0;
  let asking: string | null = null;
  return async () => {
    const address = addressOf(member);
    if (asking === address) return;
    asking = address;
    const verdict = await ask(member, request);
    if (asking === address) asking = null;
    if (addressOf(member) !== address) return;
    badInRow = verdict === 'good' ? 0 : badInRow + 1;
    if (verdict === 'good') pool.setHealthy(member, true);
    else if (verdict === 'refused' || badInRow >= FALL) pool.setHealthy(member, false);
  };
}

function addressOf(member: Member): string {
  return `${member.host}:${member.port}`;
}

function ask(
  { host, port }: Member,
  { path, status = 200, headers, tls }: HealthRequest,
): Promise<Verdict> {
  const request = tls === undefined ? requestHttp : requestHttps;
  return new Promise((resolve) => {
    const outgoing = request({
      ...tls,
      host,
      port,
      path,
      headers,
      agent: false,
      timeout: ANSWER_LIMIT_MS,
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error) => {
      resolve('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'bad');
    });
    outgoing.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode === status ? 'good' : 'bad');
    });
    outgoing.end();
  });
}
