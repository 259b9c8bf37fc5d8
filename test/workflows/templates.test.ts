/** Every run sheet of templates/ runs, with batches where it, the request or the project says so. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileTemplate, planDigest } from '../../src/compiler/index.ts';
import { type TemplateSource, templateIdOf } from '../../src/compiler/request/library.ts';
import { type RunProject, resolveRun } from '../../src/compiler/request/run.ts';
import type { RollingSettings } from '../../src/plan/plan.ts';
import type { ResolvedRun } from '../../src/plan/run.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { SETTINGS } from '../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../support/run-harness.ts';
import { broken, type StubOptions, type StubWorld, stubWorld } from '../support/stub-activities.ts';
import { createTimeSkipping } from '../support/temporal.ts';

const folder = new URL('../../templates/', import.meta.url);
const templates: readonly TemplateSource[] = readdirSync(folder)
  .filter((file) => file.endsWith('.md'))
  .map((file) => ({ file, origin: 'package', bytes: readFileSync(new URL(file, folder)) }));
const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];
const ROLLING = 'rolling_deployment_v1';
const SEED = 'deployment_workflow_v1';
/** It leaves the version that ran. */
const RESTART = 'restart';
const BEFORE = 'v2.0.0';

let harness: Harness;
beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

let worlds = 0;

/** A world whose resolvePlan is the real one, with a lock of its own: a repair that fails keeps it. */
function worldOf(options: StubOptions = {}, rolling?: RollingSettings): StubWorld {
  worlds += 1;
  const project: RunProject = {
    service: `quotes-${worlds}`,
    settings: SETTINGS,
    environments: { production: { servers: SERVERS, ...(rolling !== undefined && { rolling }) } },
    people: { carol: { name: 'Carol' } },
    approval: { allowSelfApproval: false, reminderSeconds: 3600 },
  };
  const resolve: StubOptions['resolve'] = ({ templateId, inputs }): ResolvedRun => {
    const { run, diagnostics } = resolveRun({
      templateId,
      inputs,
      templates,
      project,
      compile: ({ file, bytes }) => {
        const { plan, parameters, diagnostics: found } = compileTemplate({ file, bytes });
        return {
          plan,
          parameters,
          digest: plan === null ? '' : planDigest(plan),
          diagnostics: found,
        };
      },
    });
    if (run === null) throw broken(JSON.stringify(diagnostics), 'BAD_REQUEST');
    return run;
  };
  return stubWorld({ ...options, resolve });
}

/** What a template's own parameters need. */
const OWN: Readonly<Record<string, Record<string, string>>> = {
  ci_image_deployment_v1: { image: 'v2.1.0' },
};
const REQUEST = {
  environment: 'production',
  servers: SERVERS,
  version: 'v2.1.0',
  requested_by: 'carol',
};

async function run(world: StubWorld, type: string, extra: Record<string, string | number> = {}) {
  return harness.with(world, async (start) => {
    const started = await start({ ...REQUEST, ...OWN[type], ...extra }, { type });
    const isAsked = ({ approval, finishedAtMs }: RunStatus): boolean =>
      approval !== null || finishedAtMs !== null;
    const { approval } = await started.until(isAsked);
    if (approval !== null) await started.handle.signal('approve', { by: 'alice' });
    return started.end();
  });
}

/** The order in which the servers were stopped, started and put back. */
function turns(world: StubWorld): readonly string[] {
  return world.calls.flatMap(({ name, server }) =>
    name === 'service.stop' || name === 'pool.enable' ? [`${name} ${server}`] : [],
  );
}

const ONE_BY_ONE = SERVERS.flatMap((server) => [`service.stop ${server}`, `pool.enable ${server}`]);

describe.each([...new Set(templates.map(templateIdOf))])('%s', (templateId) => {
  it.each(['zh', 'en'])('runs to its end in %s', async (language) => {
    const world = worldOf();
    const { failure, status } = await run(world, templateId ?? '', { language });
    expect(failure).toBeNull();
    expect(status.steps.every((step) => step.state === 'succeeded')).toBe(true);
    const version = templateId === RESTART ? BEFORE : 'v2.1.0';
    expect([...world.servers.values()]).toEqual(Array(3).fill({ version, pool: 'ready' }));
    if (templateId !== SEED) expect(turns(world)).toEqual(ONE_BY_ONE);
    else
      expect(
        turns(world)
          .slice(0, 3)
          .every((each) => each.startsWith('service.stop')),
      ).toBe(true);
  });
});

describe.each(['rollback', 'repair'])('%s', (type) => {
  /** The digest of the release that the stubs find. */
  const THERE = 'c'.repeat(64);

  it('leaves a server that runs the version already as it is, and puts it back into the pool', async () => {
    const servers = {
      'app-server-1': { version: THERE, pool: 'drain' },
      'app-server-2': { version: BEFORE, pool: 'ready' },
      'app-server-3': { version: BEFORE, pool: 'maint' },
    } as const;
    const world = worldOf({ servers });
    const { failure, status } = await run(world, type);
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    const touched = world.names().filter((name) => name.endsWith('@app-server-1'));
    expect(touched).toContain('pool.enable@app-server-1');
    for (const left of ['pool.drain', 'service.stop', 'config.return', 'release.start']) {
      expect(touched).not.toContain(`${left}@app-server-1`);
      expect(world.names()).toContain(`${left}@app-server-2`);
    }
    expect(world.names()).not.toContain('takeCheckout');
    expect(world.names().includes('resolveSource')).toBe(type === 'repair');
  });

  it('restores what ran before it where it fails', async () => {
    const before = ({ name, server }: { name: string; server: string | null }): void => {
      if (name === 'release.start' && server === 'app-server-2') throw broken('it does not start');
    };
    const world = worldOf({ before });
    const { failure, status } = await run(world, type);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.outcome).toBe('rolled_back');
    expect([...world.servers.values()]).toEqual(Array(3).fill({ version: BEFORE, pool: 'ready' }));
  });
});

describe('the batches', () => {
  const linesOf = (world: StubWorld): readonly string[] => world.announced[0]?.lines ?? [];

  it('of a request roll the unmodified document, and stand first in the approval', async () => {
    const world = worldOf();
    const { failure } = await run(world, SEED, { 批次: 1, minimum_in_pool: '50%' });
    expect(failure).toBeNull();
    expect(turns(world)).toEqual(ONE_BY_ONE);
    expect(linesOf(world)[0]).toBe('批次（来自请求）：1 台；最少在线 50%');
  });

  it('of the environment do the same', async () => {
    const world = worldOf({}, { batches: [{ kind: 'count', servers: 1 }], observeSeconds: 5 });
    const { failure } = await run(world, SEED, { language: 'en' });
    expect(failure).toBeNull();
    expect(turns(world)).toEqual(ONE_BY_ONE);
    expect(linesOf(world)[0]).toBe(
      'batches (from runsheet.yaml): 1 server; first one observed for 5 s',
    );
  });

  it('that a request takes back are told to who approves', async () => {
    const world = worldOf();
    const { failure } = await run(world, ROLLING, { batches: 'all', language: 'en' });
    expect(failure).toBeNull();
    expect(
      turns(world)
        .slice(0, 3)
        .every((each) => each.startsWith('service.stop')),
    ).toBe(true);
    expect(linesOf(world)).toContainEqual(
      expect.stringContaining(
        'the request deploys to all servers at once, in place of "1 server, 25%, 50%',
      ),
    );
  });

  it('stop at the canary where it is ill, and the others are not touched', async () => {
    const world = worldOf({
      before: ({ name, server }) => {
        if (name === 'service.ready') throw broken(`${server} does not get ready`);
      },
    });
    const { failure, status } = await run(world, ROLLING);
    expect(failure).not.toBeNull();
    expect(status.outcome).toBe('rolled_back');
    expect(turns(world)).toEqual(['service.stop app-server-1']);
    expect([...world.servers.values()].every((server) => server.pool === 'ready')).toBe(true);
  });

  it('that these servers cannot keep end the run before its first step', async () => {
    const world = worldOf();
    const { failure } = await harness.with(world, async (start) => {
      const asked = { ...REQUEST, batches: 2, minimum_in_pool: '90%' };
      return (await start(asked, { type: SEED })).end();
    });
    expect(failure?.type).toBe('BAD_REQUEST');
    expect(failure?.message).toContain('ROLLING_UNSATISFIABLE');
    expect(world.names()).toEqual(['resolvePlan']);
  });
});
