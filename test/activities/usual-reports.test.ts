/** Where a project does not say where its tests write. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import { type CheckoutWorld, makeCheckoutWorld } from './support/checkout-world.ts';
import { junit, testsIn } from './support/test-run.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

/** The settings of a project without `tests:`. */
function unsaid() {
  const { project } = parseProject('/p', 'service: app\nenvironments: {}\n');
  if (project === null) throw new Error('no project');
  return project.settings.tests;
}

async function start(test: string, files: Readonly<Record<string, string>> = {}) {
  world = await makeCheckoutWorld({ 'report.in': junit(3, 1), ...files });
  return testsIn(world, { test, tests: unsaid() });
}

const writing = (path: string): string =>
  `mkdir -p $(dirname ${path}); cp report.in ${path}; exit 1`;

describe('B10 the usual places of reports', () => {
  it.each([
    ['Maven', 'target/surefire-reports/TEST-a.xml'],
    ['Maven, a module, integration tests', 'api/target/failsafe-reports/TEST-com.acme.ApiIT.xml'],
    ['Gradle', 'build/test-results/test/TEST-com.acme.AppTest.xml'],
    ['Gradle, a project of several', 'core/build/test-results/integrationTest/TEST-b.xml'],
    ['pytest', 'report.xml'],
    ['pytest in CI', 'test-results/pytest.xml'],
    ['jest-junit', 'junit.xml'],
    ['jest-junit, a workspace', 'packages/web/junit.xml'],
    ['gotestsum', 'unit-tests.xml'],
    ['go-junit-report', 'reports/go/report.xml'],
    ['cargo-nextest', 'target/nextest/ci/junit.xml'],
    ['dotnet test', 'src/App.Tests/TestResults/results.xml'],
  ])('of %s: %s', async (_tool, path) => {
    const { run } = await start(writing(path));
    expect((await run()).facts[0]).toMatchObject({ id: 'tests.pass_rate', value: 75, samples: 4 });
  });

  it('counts no result twice where TestNG writes it for Surefire once more', async () => {
    const base = 'target/surefire-reports';
    const { run } = await start(
      `mkdir -p ${base}/junitreports; cp report.in ${base}/TEST-TestSuite.xml; cp report.in ${base}/junitreports/TEST-com.acme.AppTest.xml; exit 1`,
    );
    expect((await run()).facts[0]).toMatchObject({ samples: 4 });
  });

  it.each([
    ['coverage', '<?xml version="1.0"?><!DOCTYPE coverage><coverage line-rate="1"/>'],
    ['a style check', '<!-- of x --><checkstyle version="8"/>'],
    ['a page', '<html><body>testsuite</body></html>'],
  ])('passes over %s that lies there', async (_what, text) => {
    const write = 'mkdir -p reports; cp other.in reports/other.xml; cp report.in reports/junit.xml';
    const { run } = await start(`${write}; exit 1`, { 'other.in': text });
    expect((await run()).facts[0]).toMatchObject({ value: 75, samples: 4 });
  });

  it.each([
    ['one of tests in another form', '<test-run total="1"/>', /reports\/other\.xml: no JUnit/u],
    ['one that was cut off', '<testsuites><testsuite name="a">', /reports\/other\.xml/u],
    ['an empty one', '', /reports\/other\.xml/u],
  ])('refuses %s', async (_what, text, message) => {
    const write = 'mkdir -p reports; cp other.in reports/other.xml; cp report.in reports/junit.xml';
    const { run } = await start(`${write}; exit 1`, { 'other.in': text });
    await expect(run()).rejects.toThrow(message);
  });

  it('says where it looked, and what lay there instead', async () => {
    const { run } = await start('mkdir -p reports; echo "<coverage/>" > reports/c.xml');
    await expect(run()).rejects.toThrow(
      /wrote no report that matches what Maven, Gradle, pytest, Jest, Go and \.NET usually write \(for another place set tests\.reports\); reports\/c\.xml is no report of tests/u,
    );
  });
});
