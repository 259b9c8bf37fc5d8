import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type CheckoutWorld, makeCheckoutWorld, RUN } from './support/checkout-world.ts';
import { CRITICAL, junit, RUN_TESTS, type TestSetup, testsIn } from './support/test-run.ts';

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

describe('tests.verify', () => {
  it('gives the verdict of the run again, without running anything', async () => {
    const counting =
      'mkdir -p reports; cp report.xml reports/a.xml; echo ran >> ../count; ! grep -q "<failure" report.xml';
    const { run, verify } = await start(junit(9, 1, CRITICAL), counting);
    const first = await run();
    const second = await verify();
    expect(second.facts).toEqual(first.facts);
    const count = await readFile(join(await world.aroundCheckout(), 'count'), 'utf8');
    expect(count.trim()).toBe('ran');
  });

  const key = (edge: string) => `-----${edge} ${'PRIVATE'} KEY-----`;
  it.each([
    ['names that look like the ends of a private key', key('BEGIN'), key('END')],
    ['a name that looks like the beginning of one', key('BEGIN'), 'other'],
    ['names that look like settings', 'password=&quot;x', 'token: abcdefgh'],
    ['a name that is a secret of the project', 'hunter2-hunter2', 'hunter2-hunter2'],
  ])('G10 judges what the tool wrote, once: %s', async (_what, before, after) => {
    const report = `<testsuite><testcase name="${before}"/><testcase name="refund"><failure message="hunter2-hunter2"/></testcase><testcase name="${after}"/></testsuite>`;
    const { run, verify } = await start(report, undefined, {
      critical: { name: 'hunter2|refund' },
    });
    const first = await run();
    expect(first.facts[0]).toMatchObject({ value: 200 / 3, samples: 3 });
    const second = await verify();
    expect(second.facts).toEqual(first.facts);
    expect(first.evidence.slice(1)).toEqual(second.evidence);
    expect(JSON.stringify([first, second])).not.toContain('hunter2-hunter2');
  });

  it('G10 keeps the verdict as data and the reports as redacted copies', async () => {
    const failing = '<testcase name="pay"><failure message="token=hunter2-hunter2"/></testcase>';
    const { run } = await start(`<testsuite>${failing}<testcase name="ok"/></testsuite>`);
    await run();
    const read = async (name: string) =>
      `${await world.ports.artifacts.read(`artifact:${RUN.requestId}/tests/${name}`)}`;
    expect(JSON.parse(await read('verdict.json'))).toMatchObject({
      files: ['reports/a.xml'],
      passed: 1,
      failed: 1,
      failures: [{ name: 'pay', message: expect.stringContaining('[REDACTED]') }],
    });
    expect(await read('junit-1.xml')).toContain('[REDACTED]');
  });

  it('G10 has no verdict of an earlier run of the tests where the last has failed', async () => {
    const { run, verify } = await start(
      junit(1, 0),
      'mkdir -p reports; cp report.xml reports/a.xml; test ! -e ../again && touch ../again',
    );
    await run();
    await expect(run()).rejects.toMatchObject({ type: 'TOOL_FAILED' });
    await expect(verify()).rejects.toThrow(/No test ran: this run has kept no verdict/);
  });

  it('fails where no test ran before', async () => {
    const { verify } = await start(junit(1, 0));
    await expect(verify()).rejects.toMatchObject({ type: 'NO_TESTS' });
  });
});
