import { afterEach, describe, expect, it } from 'vitest';
import { type CheckoutWorld, makeCheckoutWorld } from './support/checkout-world.ts';
import { type TestSetup, testsIn, WRITE_REPORT } from './support/test-run.ts';

const HALF = 'SF:a\nDA:1,1\nDA:2,0\nend_of_record\n';
const GREEN = '<testsuite><testcase name="a"/></testsuite>';
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

describe('a coverage report', () => {
  it.each([
    ['counts below 0', 'SF:a\nDA:1,1\nDA:2,-1\nDA:3,-5\nend_of_record\n', 100 / 3, 3],
    ['a line twice', 'SF:a\nDA:1,1\nDA:1,1\nDA:2,0\nend_of_record\n', 50, 2],
    [
      'hits below 0',
      '<coverage line-rate="1"><class filename="a"><lines><line number="1" hits="2"/><line number="2" hits="-2"/></lines></class></coverage>',
      50,
      2,
    ],
  ])('G5 counts what was executed: %s', async (_what, text, value, samples) => {
    const { run, coverage } = await start({ test: WRITES, files: { 'half.txt': text } });
    await run();
    expect((await coverage()).facts).toMatchObject([{ value, samples }]);
  });

  it.each([
    [
      'SF:a\nDA:1,x\nend_of_record\n',
      'en',
      /reports\/lcov\.info, line 2: "DA:1,x" is no line of LCOV/,
    ],
    [
      '\n<coverage line-rate="NaN"/>',
      'en',
      /reports\/lcov\.info, line 2: line-rate="NaN" is no valid value/,
    ],
    [
      'SF:a\nDA:1,x\nend_of_record\n',
      'zh',
      /reports\/lcov\.info 第 2 行：.*请查看.*tests\.coverage/,
    ],
    ['', 'en', /reports\/lcov\.info: the coverage report is empty/],
  ] as const)(
    'G5 refuses a malformed report, and names file and line: %j',
    async (text, language, message) => {
      const { run, coverage } = await start({
        test: WRITES,
        files: { 'half.txt': text },
        language,
      });
      await run();
      const failed = coverage();
      await expect(failed).rejects.toMatchObject({ type: 'NO_TEST_REPORT' });
      await expect(failed).rejects.toThrow(message);
    },
  );

  it.each([
    '{"total":{"lines":{"total":0,"covered":0,"skipped":0,"pct":"Unknown"}}}',
    'TN:\nSF:a\nend_of_record\n',
    '<coverage line-rate="1" lines-valid="0" lines-covered="0"/>',
    '<coverage line-rate="1"><packages/></coverage>',
  ])('G5 measures nothing where a report holds no line: %s', async (text) => {
    const { run, coverage } = await start({ test: WRITES, files: { 'half.txt': text } });
    await run();
    const result = await coverage();
    expect(result.facts).toEqual([]);
    expect(result.evidence.join('\n')).toMatch(
      /reports \(reports\/lcov\.info\) hold no line of code/,
    );
  });
});
