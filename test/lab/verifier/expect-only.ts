/** The end of a run that went well, or was undone, as the servers tell it: one version, everywhere. */
import { expect } from 'vitest';
import { until } from '../support/shell.ts';
import { type LabTruth, type Looked, labState } from './lab-state.ts';
import { poolTruth } from './pool.ts';

export interface OnlyRelease {
  readonly digest: string;
  readonly version: string;
  /** Of these servers. Default: all. */
  readonly servers?: readonly string[];
}

/** HAProxy needs two good checks to believe that a server is back. */
const BALANCER_LIMIT_MS = 5_000;

/**
 * One container runs on each server, of this digest, and comes back by itself after a reboot; nothing
 * else would; it answers its version; it stands in the pool and everybody gets that version.
 */
export async function expectOnly(all: Looked, release: OnlyRelease): Promise<LabTruth> {
  const names = release.servers ?? all.servers.map(({ name }) => name);
  const servers = all.servers.filter(({ name }) => names.includes(name));
  await until(
    `the balancer finds ${names.join(', ')} healthy`,
    async () => {
      const pool = await poolTruth(all.haproxy);
      return names.every((name) => pool[name]?.healthy === true);
    },
    BALANCER_LIMIT_MS,
  ).catch(() => undefined);
  const truth = await labState({ servers, haproxy: all.haproxy });
  for (const name of names) {
    const { containers, running, version } = truth.servers[name] ?? {};
    expect(running, `what runs on ${name}`).toEqual([release.digest]);
    const persistent = (containers ?? []).filter(({ restart }) => restart !== 'no');
    expect(
      persistent.map(({ state }) => state),
      `restarts by itself on ${name}`,
    ).toEqual(['running']);
    expect(version, `what ${name} answers`).toBe(release.version);
    expect(truth.pool[name], `${name} in the pool`).toMatchObject({
      admin: 'ready',
      healthy: true,
    });
  }
  if (servers.length === all.servers.length) {
    expect(truth.answers, 'what customers get').toEqual({ [release.version]: 6 });
  }
  return truth;
}
