import { afterEach, describe, expect, it } from 'vitest';
import { createTestActivities } from '../../src/activities/code/tests.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  runActivity,
  sh,
} from './support/checkout-world.ts';
import {
  CRITICAL,
  junit,
  RUN_TESTS,
  SKIPPED,
  type TestSetup,
  testsIn,
} from './support/test-run.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

async function start(
  report: string,
  script = RUN_TESTS,
  tests: TestSetup['tests'] = {},
  more: Omit<TestSetup, 'test' | 'tests'> & {
    readonly files?: Readonly<Record<string, string>>;
  } = {},
) {
  const { files, ...setup } = more;
  world = await makeCheckoutWorld({ 'report.xml': report, ...files });
  const critical = report.includes('critical:') ? { critical: { name: 'critical:' } } : {};
  return testsIn(world, { test: script, tests: { ...critical, ...tests }, ...setup });
}

describe('tests.run', () => {
  it.each([
    [94, 6],
    [96, 4],
    [57, 43],
  ])('measures %i %% whatever the exit code', async (passed, failed) => {
    const { run } = await start(junit(passed, failed));
    const result = await run();
    expect(result.facts[0]).toMatchObject({ id: 'tests.pass_rate', value: passed, samples: 100 });
    expect(result.evidence.join('\n')).toContain(`${passed} of 100 passed, ${failed} failed`);
  });

  it('B17: says which tests failed, with their first error, the exit code and how to see the rest', async () => {
    const bad =
      '<testcase classname="pay.Refund" name="is booked"><failure message="expected 1, got 2&#10;at refund.js:7"/></testcase>';
    const { run, verify } = await start(junit(1, 0, bad));
    const { facts } = await run();
    expect(facts[0]?.detail).toBe(
      '1 of 2 passed, 1 failed, 0 errors, 0 skipped (1 report files); ✗ pay.Refund is booked: expected 1, got 2 at refund.js:7; exit code 1; whole output: `runsheet logs run-1 2`',
    );
    expect((await verify()).facts[0]?.detail).toBe(facts[0]?.detail);
  });

  it('B17: of many failed tests names the first, and says how many there are more', async () => {
    const { run } = await start(junit(1, 5));
    expect((await run()).facts[0]?.detail).toMatch(/✗ t bad 0: no; .*✗ t bad 2: no; \+2; exit/u);
  });

  it('B17: says so in Chinese; where all have passed there is nothing to look up', async () => {
    const chinese = await start(junit(1, 1), RUN_TESTS, {}, { language: 'zh' });
    expect((await chinese.run()).facts[0]?.detail).toMatch(
      /✗ t bad 0: no; 退出码 1; 完整输出：`runsheet logs run-1 2`$/u,
    );
    await world.remove();
    const good = await start(junit(2, 0));
    expect((await good.run()).facts[0]?.detail).not.toContain('runsheet logs');
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

  it('G4 that GoogleTest has disabled have not passed', async () => {
    const report =
      '<testsuites tests="2" failures="0" disabled="1"><testsuite name="Pay" tests="2" failures="0" disabled="1" skipped="0"><testcase name="Charge" status="run" result="completed" classname="Pay"/><testcase name="DISABLED_Refund" status="notrun" result="suppressed" classname="Pay"/></testsuite></testsuites>';
    const { run } = await start(report, undefined, { critical: { name: 'Refund' } });
    expect((await run()).facts).toMatchObject([
      {
        id: 'tests.pass_rate',
        value: 100,
        samples: 1,
        detail: expect.stringContaining('1 skipped'),
      },
      {
        id: 'tests.critical_pass_rate',
        value: 0,
        samples: 1,
        detail: expect.stringContaining('DISABLED_Refund (skipped)'),
      },
    ]);
  });

  it.each([{ name: 'nothing' }, { marker: 'smoke' }])(
    'fail where %j selects none, and say what to set',
    async (critical) => {
      const { run } = await start(junit(1, 0), undefined, { critical });
      await expect(run()).rejects.toMatchObject({ type: 'NO_CRITICAL_TESTS' });
      await expect(run()).rejects.toThrow(
        /selects none of the tests \(1\)\. Set tests\.critical\.name/,
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
