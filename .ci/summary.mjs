/**
 * node summary.mjs (<vitest's JSON report> <exit code>)…: the last line is "N passed, N failed",
 * summed over the reports; exit code 0 where everything passed.
 */
import { existsSync, readFileSync } from 'node:fs';

const given = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (let at = 0; at < given.length; at += 2) {
  const counted = count(given[at], given[at + 1]);
  passed += counted.passed;
  failed += counted.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function count(report, code) {
  const tests = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  const suites = tests?.testResults ?? [];
  const neverStarted = suites.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  for (const { name } of neverStarted) console.log(`could not start: ${name}`);
  for (const { name, assertionResults } of suites) {
    for (const { status, fullName } of assertionResults) {
      if (status === 'failed') console.log(`failed: ${name}: ${fullName}`);
    }
  }
  const counted = {
    passed: tests?.numPassedTests ?? 0,
    failed: (tests?.numFailedTests ?? 0) + neverStarted.length,
  };
  // A check before the tests, the coverage thresholds after them, or the time limit: counted as one.
  if (code !== '0' && counted.failed === 0) {
    console.log(`${report}: ended with exit code ${code}, no test of it failed`);
    counted.failed = 1;
  }
  return counted;
}
