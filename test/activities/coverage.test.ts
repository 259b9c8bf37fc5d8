import { afterEach, describe, expect, it } from 'vitest';
import { type CheckoutWorld, makeCheckoutWorld, sh } from './support/checkout-world.ts';
import { type TestSetup, testsIn, WRITE_REPORT } from './support/test-run.ts';

const FULL = 'SF:a\nDA:1,1\nDA:2,1\nend_of_record\n';
const HALF = 'SF:a\nDA:1,1\nDA:2,0\nend_of_record\n';
const GREEN = '<testsuite><testcase name="a"/></testsuite>';
const RED = '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>';
const WRITES = `${WRITE_REPORT}; cp half.txt reports/lcov.info`;

let world: CheckoutWorld;
afterEach(() => world.remove());

async function start({
  files,
  ...setup
}: TestSetup & { readonly files?: Readonly<Record<string, string>> }) {
  world = await makeCheckoutWorld({ 'report.xml': GREEN, 'half.txt': HALF, ...files });
  return testsIn(world, setup);
}

describe('tests.coverage', () => {
  it('reads what the test run wrote', async () => {
    const { run, coverage } = await start({ test: WRITES });
    await run();
    expect((await coverage()).facts).toMatchObject([
      { id: 'tests.coverage', value: 50, samples: 2 },
    ]);
  });

  it('runs its own command where there is one', async () => {
    const command = sh('mkdir -p reports; cp half.txt reports/lcov.info');
    const { coverage } = await start({ test: WRITE_REPORT, commands: { coverage: command } });
    expect((await coverage()).facts[0]?.value).toBe(50);
  });

  it('fails where a report that is set is missing, and measures nothing where none is', async () => {
    const { run, coverage } = await start({ test: WRITE_REPORT });
    await run();
    await expect(coverage()).rejects.toThrow(/no coverage report of this run/);
    await world.remove();
    const unset = await start({ test: WRITES, tests: { coverage: [] } });
    const result = await unset.coverage();
    expect(result.facts).toEqual([]);
    expect(result.evidence[0]).toContain('set tests.coverage');
  });

  it.each([
    ['exit 1', 'exit 1', /ended with 1/],
    ['a threshold of its own', 'echo below 80 % >&2; exit 2', /ended with 2.*below 80 %/],
    ['a crash', 'exit 139', /139 \(SIGSEGV\)/],
  ])(
    'G2 has measured nothing where no test failed and its command did: %s',
    async (_how, end, message) => {
      const command = sh(`mkdir -p reports; cp half.txt reports/lcov.info; ${end}`);
      const { run, coverage } = await start({
        test: WRITE_REPORT,
        commands: { coverage: command },
      });
      await run();
      const failed = coverage();
      await expect(failed).rejects.toMatchObject({ type: 'TOOL_FAILED', nonRetryable: true });
      await expect(failed).rejects.toThrow(message);
    },
  );

  it('G2 believes a command that runs failed tests again', async () => {
    const command = sh('mkdir -p reports; cp half.txt reports/lcov.info; exit 1');
    const { run, coverage } = await start({
      test: `${WRITE_REPORT}; exit 1`,
      commands: { coverage: command },
      files: { 'report.xml': RED },
    });
    await run();
    expect((await coverage()).facts[0]?.value).toBe(50);
  });

  it.each([
    ['tests/fixtures/lcov.info', ['**/lcov.info'], 'en', /lcov\.info is a file of the source/],
    ['lcov.info', ['lcov.info'], 'en', /take it out of the source/],
    ['coverage/lcov.info', ['coverage/*'], 'zh', /coverage\/lcov\.info 是源代码中的文件/],
  ] as const)(
    'G3 reads no coverage out of the source: %s',
    async (path, coverage, language, message) => {
      const started = await start({
        test: WRITE_REPORT,
        tests: { coverage },
        files: { [path]: FULL },
        language,
      });
      await started.run();
      await expect(started.coverage()).rejects.toThrow(message);
      await world.remove();
      const command = await start({
        test: WRITE_REPORT,
        commands: { coverage: sh(`touch ${path}`) },
        tests: { coverage },
        files: { [path]: FULL },
        language,
      });
      await expect(command.coverage()).rejects.toThrow(message);
    },
  );

  it('G3 reads what the tests wrote beside a file of the source, and leaves that one', async () => {
    const { run, coverage } = await start({
      test: `${WRITES}; cat fixtures/lcov.info > ../seen`,
      tests: { coverage: ['**/lcov.info'] },
      files: { 'fixtures/lcov.info': FULL },
    });
    await run();
    expect((await coverage()).facts[0]).toMatchObject({ value: 50, samples: 2 });
    const seen = await world.ports.commands.run({
      argv: ['cat', 'seen'],
      cwd: await world.aroundCheckout(),
      timeoutMs: 5_000,
    });
    expect(seen.stdout).toBe(FULL);
  });

  it.each([
    ['the tests', undefined],
    ['a command of its own', sh('cp half.txt reports/lcov.info')],
  ])(
    'G3 reads coverage that %s wrote over a file of the source, and says so',
    async (_who, command) => {
      const { run, coverage } = await start({
        test: command === undefined ? WRITES : WRITE_REPORT,
        ...(command !== undefined && { commands: { coverage: command } }),
        files: { 'reports/lcov.info': FULL },
      });
      await run();
      const result = await coverage();
      expect(result.facts[0]).toMatchObject({ value: 50, samples: 2 });
      expect(result.evidence.join('\n')).toContain('reports/lcov.info is a file of the source');
    },
  );

  it('G3 names a malformed report that the tests wrote over a file of the source', async () => {
    const { run, coverage } = await start({
      test: `${WRITE_REPORT}; printf 'SF:a\\nDA:1\\n' > reports/lcov.info`,
      files: { 'reports/lcov.info': FULL },
    });
    await run();
    await expect(coverage()).rejects.toThrow(
      /reports\/lcov\.info, line 2: "DA:1" is no line of LCOV/,
    );
  });
});
