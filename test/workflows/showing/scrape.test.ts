/** The five metrics on a real scrape, equal to what the runs recorded; with Prometheus where it is installed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../../src/plan/run.ts';
import { installRuntime } from '../../../src/worker/runtime.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { freePort } from '../../support/free-port.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubOptions, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping, findExecutable } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
/** What each run was reported, and so recorded, with. */
const reports: RunReport[] = [];
let address: string;
let harness: Harness;

beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  installRuntime({ metrics: address });
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  await run();
  await run();
  await run({
    before: ({ name }) => {
      if (name === 'traffic.verify') throw broken('no traffic');
    },
  });
}, 120_000);
afterAll(() => harness?.close());

async function run(options: StubOptions = {}): Promise<void> {
  const plan = compiledSeed();
  const world = stubWorld({ resolve: () => resolvedRun(DEVELOPMENT, { plan }), ...options });
  await harness.run(world);
  const last = world.reports.at(-1);
  if (last === undefined) throw new Error('the run was not reported');
  reports.push(last);
}

/** A sum over the series of a name. @param labels `result="failed"`, as the page has it */
async function scraped(name: string, labels = ''): Promise<number> {
  const page = await (await fetch(`http://${address}/metrics`)).text();
  const lines = page.split('\n').filter((line) => {
    return line.startsWith(`${name}{`) && line.includes(labels);
  });
  if (lines.length === 0) throw new Error(`no ${name}: ${page}`);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const count = (holds: (report: RunReport) => boolean): number => reports.filter(holds).length;
const sum = (name: string): number =>
  reports.reduce((total, { metrics }) => total + (metrics[name] ?? 0), 0);

describe('a scrape', () => {
  it('has the five metrics of the template, equal to the records', async () => {
    expect(count(({ status }) => status === 'succeeded')).toBe(2);
    expect(count(({ status }) => status === 'rolled_back')).toBe(1);
    for (const result of ['succeeded', 'rolled_back', 'failed', 'cancelled']) {
      const labels = `result="${result}"`;
      expect(await scraped('deployment_success_rate', labels)).toBe(
        count(({ status }) => status === result),
      );
    }
    expect(await scraped('deployment_rollback_count')).toBe(sum('deployment.rollback_count'));
    expect(await scraped('deployment_duration_count')).toBe(reports.length);
    expect(await scraped('health_check_response_time_sum')).toBe(sum('health_check.response_time'));
    expect(await scraped('service_error_rate_sum')).toBe(sum('service.error_rate'));
    // A run is reported shortly before it ends.
    const beforeEnd = (await scraped('deployment_duration_sum')) - sum('deployment.duration');
    expect(beforeEnd).toBeGreaterThanOrEqual(0);
    expect(beforeEnd).toBeLessThan(2_000 * reports.length);
  });

  it('has few labels, none of which is new with each run', async () => {
    const page = await (await fetch(`http://${address}/metrics`)).text();
    const lines = page.split('\n').filter((line) => line.startsWith('deployment_success_rate{'));
    expect(lines).toHaveLength(7);
    const names = [...(lines[0] ?? '').matchAll(/(\w+)="/gu)].map(([, name]) => name);
    expect(names.sort()).toEqual([
      'counted',
      'environment',
      'namespace',
      'result',
      'service',
      'taskQueue',
      'workflowType',
    ]);
  });
});

/** null: not installed here; `apt-get install prometheus` lets it be tried. */
function installedPrometheus(): string | null {
  try {
    return findExecutable('prometheus');
  } catch {
    return null;
  }
}

const prometheus = installedPrometheus();
if (prometheus !== null) describe('Prometheus', () => scrapedBy(prometheus));

function scrapedBy(program: string): void {
  it('scrapes the same, and answers for the rate', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runsheet-prometheus-'));
    const port = await freePort();
    const target = `scrape_configs: [{job_name: r, static_configs: [{targets: ['${address}']}]}]`;
    writeFileSync(join(folder, 'p.yml'), `global: {scrape_interval: 1s}\n${target}\n`);
    const server = spawn(
      program,
      [
        `--config.file=${folder}/p.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => server.once('close', resolve));
    const asked = async (query: string): Promise<number | null> => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      const response = await fetch(url).catch(() => null);
      if (response === null || !response.ok) return null;
      const { data } = (await response.json()) as {
        data: { result: { value: [number, string] }[] };
      };
      const [first] = data.result;
      return first === undefined ? null : Number(first.value[1]);
    };
    try {
      const succeeded = 'sum(deployment_success_rate{result="succeeded"})';
      await expect.poll(() => asked(succeeded), { timeout: 40_000 }).toBe(2);
      const rate = `${succeeded} / sum(deployment_success_rate{counted="true"})`;
      expect(await asked(rate)).toBeCloseTo(2 / 3);
      expect(await asked('sum(deployment_rollback_count)')).toBe(1);
      expect(await asked('sum(deployment_duration_count)')).toBe(3);
      expect(await asked('sum(health_check_response_time_sum)')).toBe(
        sum('health_check.response_time'),
      );
      expect(await asked('sum(service_error_rate_sum)')).toBe(sum('service.error_rate'));
    } finally {
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
