/** To which version an environment goes back where nobody names one. */
import { describe, expect, it } from 'vitest';
import { versionBefore } from '../../src/cli/servers/going-back.ts';
import type { GoodVersion, ServerStates, ShownServer } from '../../src/plan/shown-server.ts';

const PLACE = { service: 'quotes', environment: 'production' };

function good(version: string, wasLeft = false): GoodVersion {
  return { version, digest: `digest-${version}`, workflowId: 'run', endedAtMs: 1, wasLeft };
}

function running(subject: string, version: string): ShownServer {
  const release = { digest: `digest-${version}`, version };
  const before = { server: subject, release, pool: 'ready' as const };
  return { subject, reachable: true, checks: [], healthy: true, run: null, before };
}

function states(version: string, versions: readonly GoodVersion[]): ServerStates {
  return { servers: [running('a', version), running('b', version)], silent: [], good: versions };
}

describe('the version before', () => {
  it('is the last good one that does not run', () => {
    const found = versionBefore(states('v3', [good('v3'), good('v2'), good('v1')]), PLACE);
    expect(found).toEqual({ version: 'v2' });
  });

  it('is never one that somebody has gone back from', () => {
    const found = versionBefore(states('v2', [good('v2'), good('v3', true), good('v1')]), PLACE);
    expect(found).toEqual({ version: 'v1' });
  });

  it('is refused by name where there is no earlier one', () => {
    const found = versionBefore(states('v2', [good('v2'), good('v3', true)]), PLACE);
    expect(found).toMatchObject({ refusal: { code: 'RELEASE_NOT_KEPT' } });
  });

  it('is not guessed where the servers run several', () => {
    const servers = [running('a', 'v1'), running('b', 'v2')];
    expect(versionBefore({ servers, silent: [], good: [good('v1')] }, PLACE)).toBeNull();
  });
});
