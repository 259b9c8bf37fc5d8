/**
 * node summary.mjs (<vitest's JSON report, or the name of a check> <exit code>)…: the last line is
 * "N passed, N failed", summed over the reports; exit code 0 where everything passed. What was skipped
 * or did not run at all has failed.
 */
import { existsSync, readFileSync } from 'node:fs';

/** The message and the first places of the stack. */
const REASON_LINES = 12;
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

function count(name, code) {
  const counted = name.endsWith('.json') ? countTests(name) : { passed: 0, failed: 0 };
  // A check before the tests, the coverage thresholds after them, or the time limit: counted as one.
  if (code !== '0' && counted.failed === 0) {
    console.log(`${name}: ended with exit code ${code}, no test of it failed`);
    counted.failed = 1;
  }
  return counted;
}

function countTests(report) {
  if (!existsSync(report)) {
    console.log(`${report}: no report, so its tests did not end`);
    return { passed: 0, failed: 1 };
  }
  const counted = { passed: 0, failed: 0 };
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(report, 'utf8'))
    .testResults) {
    if (status === 'failed' && assertionResults.length === 0) {
      console.log(`could not start: ${name}`);
      counted.failed += 1;
    }
    for (const test of assertionResults) {
      if (test.status === 'passed') counted.passed += 1;
      else {
        console.log(`${test.status}: ${name}: ${test.fullName}`);
        for (const message of test.failureMessages ?? []) console.log(beginningOf(message));
        counted.failed += 1;
      }
    }
  }
  return counted;
}

/** What is kept of a run may be its end only, so the reason stands beside the name. */
function beginningOf(message) {
  return message
    .split('\n')
    .slice(0, REASON_LINES)
    .map((line) => `    ${line}`)
    .join('\n');
}
