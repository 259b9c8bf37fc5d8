import { request } from 'node:http';
import type { Member, Pool } from './pool.ts';

const ANSWER_LIMIT_MS = 1_000;
/** Bad answers in a row after which a server is left out; a refused connection counts at once. */
const FALL = 2;

type Verdict = 'good' | 'bad' | 'refused';

/** Asks each server of the pool at a steady interval. @returns what ends it */
export function watchHealth(pool: Pool, path: string, intervalMs: number): () => void {
  const timers = [...pool.members.values()].map((member) =>
    watchMember(pool, member, path, intervalMs),
  );
  return () => {
    for (const stop of timers) stop();
  };
}

function watchMember(pool: Pool, member: Member, path: string, intervalMs: number): () => void {
  let badInRow = 0;
  let asking = false;
  const check = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const verdict = await ask(member, path);
    asking = false;
    badInRow = verdict === 'good' ? 0 : badInRow + 1;
    if (verdict === 'good') pool.setHealthy(member, true);
    else if (verdict === 'refused' || badInRow >= FALL) pool.setHealthy(member, false);
  };
  void check();
  const timer = setInterval(() => void check(), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

function ask(member: Member, path: string): Promise<Verdict> {
  return new Promise((resolve) => {
    const outgoing = request({
      host: member.host,
      port: member.port,
      path,
      agent: false,
      timeout: ANSWER_LIMIT_MS,
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error) => {
      resolve('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'bad');
    });
    outgoing.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? 'good' : 'bad');
    });
    outgoing.end();
  });
}
