/** A repair without Temporal: every server gets one version, and a failure stops it where it is known. */
import { describe, expect, it } from 'vitest';
import { createServerStateActivities } from '../../../src/activities/fleet/server-states.ts';
import { guardAll } from '../../../src/activities/guard.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import type { Offline } from '../../../src/worker/offline/perform.ts';
import { type Repaired, repairOffline } from '../../../src/worker/offline/repair.ts';
import {
  NEW,
  OLD,
  run,
  SERVERS,
  type Stage,
  setStage,
  settings,
  withSettings,
} from '../../activities/servers/stage.ts';

const [FIRST = '', SECOND = '', THIRD = ''] = SERVERS;

interface Told extends Repaired {
  readonly lines: readonly string[];
}

interface Change {
  readonly project?: ProjectSettings;
  readonly version?: string;
  readonly language?: 'zh' | 'en';
  readonly kept?: readonly string[];
  readonly interrupted?: AbortSignal;
  readonly onLine?: (text: string) => void;
}

async function repaired(stage: Stage, change: Change = {}): Promise<Told> {
  const { project = settings, version = 'v1', language = 'en', kept = [], onLine } = change;
  const lines: string[] = [];
  const offline: Offline = {
    activities: guardAll(
      { ...stage.activities, ...createServerStateActivities(stage.ports) },
      { redact: (text) => text },
    ),
    settings: project,
    run: { ...run, version, language, requestId: 'aaaaaaaa-0000-4000-8000-000000000001' },
    servers: SERVERS,
    interrupted: change.interrupted ?? new AbortController().signal,
    tell: (text) => {
      lines.push(text);
      onLine?.(text);
    },
  };
  return { ...(await repairOffline(offline, new Set(kept))), lines };
}

/** As a run leaves them that is ended in the middle: one on v2, one with nothing and out, one on v1. */
async function cutStage(): Promise<Stage> {
  const stage = await setStage();
  const { world } = stage;
  const release = world.releases.get(NEW);
  if (release === undefined) throw new Error('the stage has no v2');
  world.end(world.server(FIRST));
  world.launch(world.server(FIRST), release, 'cut');
  world.member(FIRST).admin = 'drain';
  world.end(world.server(SECOND));
  world.member(SECOND).admin = 'drain';
  return stage;
}

const runs = ({ world }: Stage): (string | null)[] =>
  SERVERS.map((name) => world.running(world.server(name))?.version ?? null);
const pool = ({ world }: Stage): string[] => SERVERS.map((name) => world.member(name).admin);

describe('a repair without Temporal', () => {
  it('gives every server the version and its place, those first that serve nobody', async () => {
    const stage = await cutStage();
    const seen: (string | null)[][] = [];
    const told = await repaired(stage, {
      version: 'v2',
      onLine: () => seen.push([...pool(stage), ...runs(stage)]),
    });
    expect(told).toMatchObject({ failure: null, begun: true, image: { digest: NEW } });
    expect(runs(stage)).toEqual(['v2', 'v2', 'v2']);
    expect(pool(stage)).toEqual(['ready', 'ready', 'ready']);
    // Never all of them out.
    expect(seen.every((each) => each.slice(0, 3).includes('ready'))).toBe(true);
    // What runs it is left as it is: it was started by the run that was ended.
    expect(stage.world.server(FIRST).starts[NEW]).toBe(1);
    expect(stage.world.running(stage.world.server(FIRST))?.runId).toBe('cut');
    const order = told.lines.flatMap((line) => /^(app-server-\d) {2}Clear/u.exec(line)?.[1] ?? []);
    expect(order).toEqual([FIRST, SECOND, THIRD]);
    expect(SERVERS.map((name) => stage.world.server(name).finished)).toEqual([1, 1, 1]);
  });

  it('goes back to the version of before, and done twice changes nothing', async () => {
    const stage = await cutStage();
    expect(await repaired(stage)).toMatchObject({ failure: null, image: { digest: OLD } });
    expect(runs(stage)).toEqual(['v1', 'v1', 'v1']);
    const starts = SERVERS.map((name) => ({ ...stage.world.server(name).starts }));
    expect(await repaired(stage)).toMatchObject({ failure: null });
    expect(SERVERS.map((name) => stage.world.server(name).starts)).toEqual(starts);
    expect(pool(stage)).toEqual(['ready', 'ready', 'ready']);
  });

  it('speaks Chinese where it is asked to', async () => {
    const { lines } = await repaired(await cutStage(), { language: 'zh' });
    expect(lines.join('\n')).toContain('app-server-1  从负载均衡器移除');
  });

  it("leaves an operator's maint", async () => {
    const stage = await cutStage();
    stage.world.member(THIRD).admin = 'maint';
    expect(await repaired(stage, { version: 'v2' })).toMatchObject({ failure: null });
    expect(runs(stage)).toEqual(['v2', 'v2', 'v2']);
    expect(pool(stage)).toEqual(['ready', 'ready', 'maint']);
  });

  it('repairs an environment without a load balancer', async () => {
    const stage = await setStage({ capabilities: { pool: false, inFlight: false } });
    stage.world.end(stage.world.server(SECOND));
    expect(await repaired(stage)).toMatchObject({ failure: null });
    expect(runs(stage)).toEqual(['v1', 'v1', 'v1']);
  });
});

describe('what is refused before anything is changed', () => {
  it('a version that no server knows', async () => {
    const stage = await cutStage();
    const told = await repaired(stage, { version: 'v9' });
    expect(told).toMatchObject({ begun: false, before: [] });
    expect(told.failure).toMatch(/^RELEASE_NOT_KEPT: .*v9/u);
    expect(runs(stage)).toEqual(['v2', null, 'v1']);
  });

  it('a server that cannot be reached, by its name', async () => {
    const stage = await cutStage();
    const { inspect } = stage.ports.runtime;
    let asked = 0;
    stage.ports.runtime.inspect = (server, service) => {
      if (server !== THIRD) return inspect(server, service);
      asked += 1;
      // Known when the version is settled, gone when it is looked at.
      if (asked === 1) return inspect(server, service);
      throw new PortError('refused', server, `${server} says no.`, 'Ask it.');
    };
    const told = await repaired(stage);
    expect(told).toMatchObject({ begun: false, image: { digest: OLD } });
    expect(told.failure).toContain(`${THIRD}: REFUSED: ${THIRD} says no.`);
    expect(pool(stage)).toEqual(['drain', 'drain', 'ready']);
  });

  it('a server of which something is lost that it ran with', async () => {
    const stage = await cutStage();
    const told = await repaired(stage, { kept: [FIRST] });
    expect(told).toMatchObject({ begun: false });
    expect(told.failure).toContain(`${FIRST}: RELEASE_NOT_KEPT`);
    expect(runs(stage)).toEqual(['v2', null, 'v1']);
  });
});

describe('a failure in the middle', () => {
  it('stops: those before it are done, it is out of the pool, those after it are as they were', async () => {
    const stage = await setStage({
      new: { answer: () => ({ status: 500, body: '{}' }) },
    });
    const release = stage.world.releases.get(NEW);
    if (release === undefined) throw new Error('the stage has no v2');
    stage.world.end(stage.world.server(FIRST));
    stage.world.launch(stage.world.server(FIRST), release, 'cut');
    stage.world.member(FIRST).admin = 'drain';
    const told = await repaired(stage, { version: 'v2' });
    expect(told.begun).toBe(true);
    expect(told.failure).toMatch(new RegExp(`^${FIRST}: `, 'u'));
    expect(pool(stage)).toEqual(['drain', 'ready', 'ready']);
    expect(runs(stage)).toEqual(['v2', 'v1', 'v1']);
  });

  it('before the stop puts the server back that it took out', async () => {
    const stage = await cutStage();
    const { drain } = stage.ports.balancer;
    const drained: string[] = [];
    stage.ports.balancer.drain = (name, server) => {
      drained.push(server);
      return drain(name, server);
    };
    const { stop } = stage.ports.runtime;
    stage.ports.runtime.stop = (server, ...how) => {
      if (server !== THIRD) return stop(server, ...how);
      throw new PortError('refused', server, `${server} does not stop.`, 'Ask it.');
    };
    const told = await repaired(stage, { version: 'v2' });
    expect(told.failure).toContain(`${THIRD}: REFUSED: ${THIRD} does not stop.`);
    expect(drained).toContain(THIRD);
    expect(pool(stage)).toEqual(['ready', 'ready', 'ready']);
    expect(runs(stage)).toEqual(['v2', 'v2', 'v1']);
  });

  it('is also what was measured and is not as a run would want it', async () => {
    const stage = await cutStage();
    const detail = 'still runs v1';
    stage.activities['service.stop'] = async () => ({
      facts: [{ id: 'service.stopped', value: false, detail }],
      evidence: [detail],
    });
    const told = await repaired(stage, { version: 'v2' });
    expect(told.failure).toBe(`${SECOND}: ${detail}`);
  });

  it('and so is what nobody has measured', async () => {
    const stage = await cutStage();
    stage.activities['service.stop'] = async () => ({ facts: [], evidence: ['nobody looked'] });
    const told = await repaired(stage, { version: 'v2' });
    expect(told.failure).toBe(`${SECOND}: nobody looked`);
  });

  it('never takes the pool below its floor, and says which server would', async () => {
    const stage = await cutStage();
    const project = withSettings('balancer', { floorPercent: 100 });
    const told = await repaired(stage, { version: 'v2', project });
    expect(told.failure).toMatch(new RegExp(`^${THIRD}: POOL_FLOOR: `, 'u'));
    expect(pool(stage)).toEqual(['ready', 'ready', 'ready']);
    expect(runs(stage)).toEqual(['v2', 'v2', 'v1']);
  });

  it('is also an interruption, after which a server that still serves is back', async () => {
    const stage = await cutStage();
    const interruption = new AbortController();
    const told = await repaired(stage, {
      version: 'v2',
      interrupted: interruption.signal,
      onLine: (line) => {
        if (line.startsWith(`${THIRD}  Remove`)) interruption.abort();
      },
    });
    expect(told.failure).toBe(`${THIRD}: interrupted`);
    expect(pool(stage)).toEqual(['ready', 'ready', 'ready']);
    expect(runs(stage)).toEqual(['v2', 'v2', 'v1']);
  });
});
