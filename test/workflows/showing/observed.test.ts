/** What a run shows to the outside: search attributes on a real server, and the five metrics. */
import { DefaultLogger, MetricsBuffer, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../../src/plan/search-attributes.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubOptions, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const metrics = new MetricsBuffer();
let harness: Harness;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { metrics: { buffer: metrics } },
  });
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type === 'INT' ? 'Int' : 'Keyword'}`,
  ]);
  const [env, bundle] = await Promise.all([createLocal(attributes), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

/** The run's own metrics since the last call: `name result` → value, the last one of each. */
function emitted(): Record<string, number> {
  return Object.fromEntries(
    [...metrics.retrieveUpdates()].flatMap(({ metric, value, attributes }) => {
      const isOurs = /^(?:deployment|health_check|service)_/u.test(metric.name);
      return isOurs ? [[`${metric.name} ${String(attributes['result'] ?? '')}`.trim(), value]] : [];
    }),
  );
}

function world(options: StubOptions = {}, parameters: Record<string, string> = DEVELOPMENT) {
  const plan = compiledSeed();
  return stubWorld({ resolve: () => resolvedRun(parameters, { plan }), ...options });
}

describe('search attributes', () => {
  it('say what is deployed where, how far it is, and how it ended', async () => {
    const { waiting, ended } = await harness.with(
      world({ registered: true }, { environment: 'production' }),
      async (start) => {
        const run = await start();
        await run.until((each) => each.approval !== null);
        const during = await run.handle.describe();
        await run.handle.signal('reject', { by: 'bob' });
        await run.end();
        return { waiting: during, ended: await run.handle.describe() };
      },
    );
    const common = {
      RunsheetService: ['hello'],
      RunsheetEnvironment: ['production'],
      RunsheetVersion: ['v2.1.0'],
    };
    expect(waiting.searchAttributes).toMatchObject({
      ...common,
      RunsheetStatus: ['running'],
      RunsheetStep: [5],
      RunsheetApproval: ['pending'],
    });
    expect(ended.searchAttributes).toMatchObject({
      ...common,
      RunsheetStatus: ['rejected'],
      RunsheetApproval: ['rejected'],
    });
  });

  it('are left out, with a warning, where they cannot be registered', async () => {
    const failing = world();
    failing.activities.ensureSearchAttributes = async () => {
      throw broken('not permitted');
    };
    const { failure, status } = await harness.run(failing);
    expect(failure).toBeNull();
    expect(status.warnings).toContain('没有搜索属性，运行照常（not permitted）');
    const noted = world();
    noted.activities.ensureSearchAttributes = async () => ({ registered: false, note: 'no room' });
    expect((await harness.run(noted)).status.warnings).toContain(
      '没有搜索属性，运行照常（no room）',
    );
  });
});

describe('metrics', () => {
  it('of a success are its duration, its result, and what was measured last', async () => {
    emitted();
    const { status } = await harness.run(world());
    const values = emitted();
    const durationMs = (status.finishedAtMs ?? 0) - status.startedAtMs;
    expect(values['deployment_success_rate succeeded']).toBe(1);
    expect(values['health_check_response_time succeeded']).toBe(35);
    expect(values['service_error_rate succeeded']).toBe(0);
    expect(Math.abs((values['deployment_duration succeeded'] ?? 0) - durationMs)).toBeLessThan(
      1000,
    );
    expect(values['deployment_duration_without_people succeeded']).toBeLessThanOrEqual(
      values['deployment_duration succeeded'] ?? 0,
    );
    // What did not happen is 0, not absent: an increase has to begin somewhere.
    expect(values).toMatchObject({
      deployment_rollback_count: 0,
      deployment_rollback_servers: 0,
      'deployment_success_rate failed': 0,
      'deployment_success_rate cancelled': 0,
    });
    expect(Object.keys(values).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('of a rollback count the run and its servers', async () => {
    emitted();
    await harness.run(
      world({
        before: ({ name }) => {
          if (name === 'traffic.verify') throw broken('no traffic');
        },
      }),
    );
    expect(emitted()).toMatchObject({
      'deployment_success_rate rolled_back': 1,
      deployment_rollback_count: 1,
      deployment_rollback_servers: 3,
    });
  });
});
