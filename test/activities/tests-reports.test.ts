import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type CheckoutWorld, makeCheckoutWorld } from './support/checkout-world.ts';
import {
  CRITICAL,
  junit,
  RUN_TESTS,
  type TestSetup,
  testsIn,
  WRITE_REPORT,
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

describe('the reports of a test run', () => {
  it.each([
    ['exit 1', `${WRITE_REPORT}; exit 1`, /ended with 1 and no failed test.*reports\/a\.xml/],
    ['139, a crash', `${WRITE_REPORT}; exit 139`, /ended with 139 \(SIGSEGV\)/],
    [
      'a program that ends itself',
      `${WRITE_REPORT}; sh -c 'kill -SEGV $$'`,
      /ended with 139 \(SIGSEGV\)/,
    ],
    [
      'the threshold of a coverage tool',
      `${WRITE_REPORT}; echo coverage 70 % is too low >&2; exit 2`,
      /ended with 2.*too low/,
    ],
    ['a program that is missing', `${WRITE_REPORT}; no-such-tool`, /ended with 127/],
  ])(
    'G2 has measured nothing where all tests passed and the command failed: %s',
    async (_how, script, message) => {
      const { run, verify } = await start(junit(3, 0), script);
      const failed = run();
      await expect(failed).rejects.toMatchObject({ type: 'TOOL_FAILED', nonRetryable: true });
      await expect(failed).rejects.toThrow(message);
      await expect(verify()).rejects.toMatchObject({ type: 'NO_TESTS' });
    },
  );

  it('G2 takes no failed test as the reason of a crash', async () => {
    const { run } = await start(junit(96, 4), `${WRITE_REPORT}; exit 139`);
    await expect(run()).rejects.toMatchObject({ type: 'TOOL_FAILED' });
  });

  it('G2 believes a tool that ends with the number of its failed tests', async () => {
    const { run } = await start(junit(1, 139), `${WRITE_REPORT}; exit 139`);
    expect((await run()).facts[0]).toMatchObject({ samples: 140 });
  });

  it("G2 counts what the report itself calls an error, and says in the run's language whose it is", async () => {
    const report = `<testsuites><testsuite name="pay" errors="1" tests="3">${CRITICAL}</testsuite></testsuites>`;
    const { run } = await start(report, `${WRITE_REPORT}; exit 1`, {}, { language: 'zh' });
    const result = await run();
    expect(result.facts).toMatchObject([
      { id: 'tests.pass_rate', value: 100 / 3, samples: 3 },
      { id: 'tests.critical_pass_rate', value: 100 / 3 },
    ]);
    expect(result.evidence.join('\n')).toMatch(
      /reports\/a\.xml \(pay\)：1 项失败或错误没有对应的测试/,
    );
  });

  it('G2 names the file and the line of a report that contradicts itself', async () => {
    const report =
      '<testsuites>\n<testsuite name="s" failures="-1"><testcase name="a"/></testsuite></testsuites>';
    const { run } = await start(report);
    const failed = run();
    await expect(failed).rejects.toMatchObject({ type: 'NO_TEST_REPORT' });
    await expect(failed).rejects.toThrow(
      /reports\/a\.xml, line 2: failures="-1".*check tests\.reports/,
    );
  });

  it.each([
    ['report.xml', 'true'],
    ['report.xml', 'touch report.xml'],
    ['report.xml', 'cp report.xml copy; rm report.xml; mv copy report.xml'],
    ['*.xml', 'echo $$ > log'],
  ])('G3 reads no file of the source as a report of this run: %s, %s', async (glob, script) => {
    const { run } = await start(junit(1, 0), script, { reports: [glob] });
    await expect(run()).rejects.toThrow(
      /wrote no report that matches .*report\.xml is a file of the source that this run has left as it was.*take it out of the source/,
    );
  });

  it('G3 leaves files of the source where they are, and takes what an earlier run left', async () => {
    const script = 'cat reports/sample.xml && ls reports > seen; cp report.xml reports/a.xml';
    const files = { 'reports/sample.xml': junit(0, 9) };
    const { run } = await start(junit(2, 0), `${script}; cp seen ..`, {}, { files });
    await run();
    const result = await run();
    expect(result.facts[0]).toMatchObject({ value: 100, samples: 2 });
    const seen = await readFile(join(await world.aroundCheckout(), 'seen'), 'utf8');
    expect(seen.trim()).toBe('sample.xml');
  });

  it('G3 reads a file of the source that the tests have written over, and says so', async () => {
    const files = { 'reports/a.xml': junit(9, 0) };
    const { run, verify } = await start(junit(2, 0), undefined, {}, { files });
    const result = await run();
    expect(result.facts[0]).toMatchObject({ value: 100, samples: 2 });
    expect(result.evidence.join('\n')).toContain(
      'reports/a.xml is a file of the source; this run has written over it',
    );
    expect((await verify()).facts).toEqual(result.facts);
  });
});
