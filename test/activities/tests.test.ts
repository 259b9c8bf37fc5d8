import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestActivities } from '../../src/activities/code/tests.ts';
import type { CommandSettings, TestSettings } from '../../src/plan/settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
  sh,
} from './support/checkout-world.ts';

/** A report of `passed` good tests and `failed` bad ones, whose attributes lie. */
function junit(passed: number, failed: number, extra = ''): string {
  const good = Array.from(
    { length: passed },
    (_, at) => `<testcase classname="t" name="ok ${at}"/>`,
  );
  const bad = Array.from(
    { length: failed },
    (_, at) => `<testcase classname="t" name="bad ${at}"><failure message="no"/></testcase>`,
  );
  return `<testsuites tests="1"><testsuite name="s">${good.join('')}${bad.join('')}${extra}</testsuite></testsuites>`;
}
const CRITICAL = '<testcase classname="pay" name="critical: charge"/>';
const SKIPPED = '<testcase classname="pay" name="critical: refund"><skipped/></testcase>';

let world: CheckoutWorld;
afterEach(() => world.remove());

async function start(
  report: string,
  script = 'mkdir -p reports; cp report.xml reports/a.xml; exit 1',
  tests: Partial<TestSettings> = {},
  commands: CommandSettings = {},
) {
  world = await makeCheckoutWorld({ 'report.xml': report, 'lcov.txt': 'SF:a\nDA:1,1\nDA:2,0\n' });
  const critical = report.includes('critical:') ? { critical: { name: 'critical:' } } : {};
  const settings = {
    reports: ['reports/*.xml'],
    coverage: ['reports/lcov.info'],
    ...critical,
    ...tests,
  };
  const input = await inputFor(
    world,
    { commands: { test: sh(script), ...commands }, tests: settings },
    { step: 2 },
  );
  const activities = createTestActivities(world.ports);
  return {
    run: () => runActivity(activities['tests.run'], input),
    coverage: () => runActivity(activities['tests.coverage'], input),
    verify: () => runActivity(activities['tests.verify'], input),
  };
}

describe('tests.run', () => {
  it.each([
    [94, 6],
    [96, 4],
  ])('measures %i %% whatever the exit code', async (passed, failed) => {
    const { run } = await start(junit(passed, failed));
    const result = await run();
    expect(result.facts[0]).toMatchObject({ id: 'tests.pass_rate', value: passed, samples: 100 });
    expect(result.evidence.join('\n')).toContain(`${passed} of 100 passed, ${failed} failed`);
  });

  it('adds up any number of files', async () => {
    const script = 'mkdir -p reports; cp report.xml reports/a.xml; cp report.xml reports/b.xml';
    const { run } = await start(junit(3, 1), script);
    expect((await run()).facts[0]).toMatchObject({ value: 75, samples: 8 });
  });

  it.each([
    [
      'no report',
      junit(1, 0),
      'echo broken >&2; exit 1',
      'NO_TEST_REPORT',
      /ended with 1 and wrote no report.*broken/,
    ],
    [
      'an old report',
      junit(1, 0),
      'mkdir reports; cp report.xml reports/a.xml; touch -d 2001-01-01 reports/a.xml',
      'NO_TEST_REPORT',
      /older than this run/,
    ],
    ['no test at all', '<testsuites/>', undefined, 'NO_TESTS', /no test that ran/],
    ['only skipped ones', `<testsuite>${SKIPPED}</testsuite>`, undefined, 'NO_TESTS', /1 skipped/],
    [
      'a report that is cut off',
      '<testsuites><testsuite>',
      undefined,
      'NO_TEST_REPORT',
      /well-formed/,
    ],
    [
      'a killed run',
      junit(1, 0),
      'mkdir reports; cp report.xml reports/a.xml; kill -9 $$',
      'COMMAND_ENDED',
      /signal/,
    ],
  ])('fails with %s', async (_name, report, script, type, message) => {
    const { run } = await start(report, script);
    const failed = run();
    await expect(failed).rejects.toMatchObject({ type, nonRetryable: true });
    await expect(failed).rejects.toThrow(message);
  });

  it('takes no report that was in the source', async () => {
    const { run } = await start(junit(1, 0), 'true', { reports: ['report.xml'] });
    await expect(run()).rejects.toThrow(/wrote no report/);
  });
});

describe('critical tests', () => {
  it('have all to pass, a skipped one has not', async () => {
    const { run } = await start(junit(1, 0, CRITICAL + SKIPPED));
    expect((await run()).facts[1]).toMatchObject({
      id: 'tests.critical_pass_rate',
      value: 50,
      samples: 2,
      detail: expect.stringContaining('critical: refund (skipped)'),
    });
  });

  it.each([{ name: 'nothing' }, { marker: 'smoke' }])(
    'fail where %j selects none, and say what to set',
    async (critical) => {
      const { run } = await start(junit(1, 0), undefined, { critical });
      await expect(run()).rejects.toMatchObject({ type: 'NO_CRITICAL_TESTS' });
      await expect(run()).rejects.toThrow(
        /selects none of the 1 tests\. Set tests\.critical\.name/,
      );
    },
  );

  it('are not measured where nothing is set, and it says what to set', async () => {
    world = await makeCheckoutWorld({ 'report.xml': junit(1, 0) });
    const test = sh('mkdir -p reports; cp report.xml reports/a.xml');
    const tests = { reports: ['reports/*.xml'], coverage: [] };
    const input = await inputFor(world, { commands: { test }, tests });
    const result = await runActivity(createTestActivities(world.ports)['tests.run'], input);
    expect(result.facts.map((fact) => fact.id)).toEqual(['tests.pass_rate']);
    expect(result.evidence.join('\n')).toContain('Set tests.critical.name');
  });

  it('names a pattern that is none', async () => {
    const { run } = await start(junit(1, 0), undefined, { critical: { name: '(' } });
    await expect(run()).rejects.toMatchObject({ type: 'BAD_PROJECT_FILE' });
  });
});

describe('tests.verify', () => {
  it('reads the kept reports again, without running anything', async () => {
    const counting = 'mkdir -p reports; cp report.xml reports/a.xml; echo ran >> ../count';
    const { run, verify } = await start(junit(9, 1, CRITICAL), counting);
    const first = await run();
    const second = await verify();
    expect(second.facts).toEqual(first.facts);
    const count = await world.ports.commands.run({
      argv: ['wc', '-l', '../count'],
      cwd: join(world.folder, 'runs', RUN.requestId, 'source'),
      timeoutMs: 5_000,
    });
    expect(count.stdout.trim()).toMatch(/^1 /);
  });

  it('fails where no test ran before', async () => {
    const { verify } = await start(junit(1, 0));
    await expect(verify()).rejects.toMatchObject({ type: 'NO_TESTS' });
  });
});

describe('tests.coverage', () => {
  const script = 'mkdir -p reports; cp report.xml reports/a.xml; cp lcov.txt reports/lcov.info';

  it('reads what the test run wrote', async () => {
    const { run, coverage } = await start(junit(1, 0), script);
    await run();
    expect((await coverage()).facts).toMatchObject([
      { id: 'tests.coverage', value: 50, samples: 2 },
    ]);
  });

  it('runs its own command where there is one', async () => {
    const command = sh('mkdir -p reports; cp lcov.txt reports/lcov.info');
    const { coverage } = await start(junit(1, 0), script, {}, { coverage: command });
    expect((await coverage()).facts[0]?.value).toBe(50);
  });

  it('fails where a report that is set is missing, and measures nothing where none is', async () => {
    const { run, coverage } = await start(junit(1, 0));
    await run();
    await expect(coverage()).rejects.toThrow(/no coverage report of this run/);
    await world.remove();
    const unset = await start(junit(1, 0), script, { coverage: [] });
    const result = await unset.coverage();
    expect(result.facts).toEqual([]);
    expect(result.evidence[0]).toContain('set tests.coverage');
  });
});
