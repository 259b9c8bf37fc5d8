import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCheckActivities } from '../../src/activities/code/checks.ts';
import { createTestActivities } from '../../src/activities/code/tests.ts';
import type { ActionInput } from '../../src/plan/run.ts';
import type { CommandSettings, ReportFormat } from '../../src/plan/settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  runActivity,
} from './support/checkout-world.ts';

const SAMPLE = fileURLToPath(new URL('../../examples/service', import.meta.url));
const tool = (argv: string[], format?: ReportFormat, report?: string) => ({
  argv: ['node', ...argv],
  ...(format !== undefined && { format }),
  ...(report !== undefined && { report }),
});
/** As the sample's runsheet.yaml says. */
const COMMANDS: CommandSettings = {
  analyze: tool(['tools/analyze.mjs'], 'sarif', 'reports/analyze.sarif'),
  lint: tool(['tools/lint.mjs'], 'eslint'),
  scan: tool(['tools/scan.mjs'], 'sarif', 'reports/scan.sarif'),
  audit: tool(['tools/audit.mjs'], 'npm-audit'),
  test: tool(['tools/test.mjs']),
  coverage: tool(['tools/test.mjs', '--coverage']),
};
const TESTS = {
  reports: ['reports/junit.xml'],
  coverage: ['reports/lcov.info'],
  critical: { name: 'critical:' },
};

let world: CheckoutWorld;
let input: ActionInput;
beforeAll(async () => {
  world = await makeCheckoutWorld({});
  await cp(SAMPLE, world.project, { recursive: true });
  input = await inputFor(world, { commands: COMMANDS, tests: TESTS });
});
afterAll(() => world.remove());

it('finds nothing serious and nothing of high severity in the sample service', async () => {
  const code = createCheckActivities(world.ports);
  for (const name of ['code.analyze', 'code.lint', 'code.scan', 'code.audit'] as const) {
    const { facts } = await runActivity(code[name], input);
    expect(facts.length).toBeGreaterThan(0);
    for (const fact of facts)
      expect([fact.id, fact.value]).toEqual([fact.id, fact.id === 'code.style_ok' ? true : 0]);
  }
});

it("measures the sample's tests, critical ones and coverage", async () => {
  const tests = createTestActivities(world.ports);
  const ran = await runActivity(tests['tests.run'], input);
  const covered = await runActivity(tests['tests.coverage'], input);
  const verified = await runActivity(tests['tests.verify'], input);
  expect(verified.facts).toEqual(ran.facts);
  expect(ran.facts.map(({ id, value }) => [id, value])).toEqual([
    ['tests.pass_rate', 100],
    ['tests.critical_pass_rate', 100],
  ]);
  expect(covered.facts[0]?.value).toBeGreaterThan(50);
});
