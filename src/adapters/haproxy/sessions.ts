/** What `show sess all` tells: which connections to a server are no requests any more. Pure. */
import type { PoolServer } from '../../ports/load-balancer.ts';
import { sumTunnels } from '../in-step/merge.ts';

/**
 * How many connections HAProxy may have where its sessions are asked for: each takes some 1,700 characters
 * of an answer that is asked for ten times a second. Where it has more, tunnels count as requests.
 */
export const MOST_SESSIONS = 4_000;

/** One that HAProxy has with a server. */
export interface HttpSession {
  readonly proxy: string;
  readonly server: string;
  /** Upgraded: both sides send what they like for as long as they like, as with WebSockets. */
  readonly isTunnel: boolean;
  /** Whole seconds since it began; null: not told. */
  readonly ageSeconds: number | null;
}

/** An answer to an upgrade has this status, and a request that became a tunnel is in this state. */
const TUNNEL = /^ {2}txn=.* status=101 req\.st=MSG_TUNNEL rsp\.st=MSG_TUNNEL /mu;

/** Those without a server are left out: nothing of theirs has been sent on. */
export function parseSessions(text: string): readonly HttpSession[] {
  return text.split(/^(?=0x[0-9a-f]+: )/mu).flatMap((each) => {
    const proxy = /^ {2}backend=(\S+) /mu.exec(each)?.[1];
    const server = /^ {2}server=(\S+) /mu.exec(each)?.[1];
    if (proxy === undefined || server === undefined || server === '<NONE>') return [];
    const age = /^ {2}task=.* age=(\w+)\)/mu.exec(each)?.[1];
    return [{ proxy, server, isTunnel: TUNNEL.test(each), ageSeconds: secondsOf(age ?? '') }];
  });
}

/**
 * Counts the tunnels of a server for themselves. Its figure was read before the sessions: what became a
 * tunnel meanwhile must not hide a request, so that at least the requests among the sessions are in flight.
 * @param active streams that the server has or that wait for it @param own its sessions
 */
export function tunnelsApart(
  active: number,
  own: readonly HttpSession[],
): Pick<PoolServer, 'active' | 'tunnels'> {
  const tunnels = own.filter(({ isTunnel }) => isTunnel);
  const summed = sumTunnels(
    tunnels.map(({ ageSeconds }) => ({ count: 1, oldestSeconds: ageSeconds })),
  );
  if (summed === undefined) return { active };
  const requests = own.length - tunnels.length;
  return { active: Math.max(active - tunnels.length, requests), tunnels: summed };
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** `1m5s`; null: not HAProxy's way to write a time. */
function secondsOf(age: string): number | null {
  if (!/^(?:\d+[dhms])+$/u.test(age)) return null;
  return [...age.matchAll(/(\d+)([dhms])/gu)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  );
}
