/** node summary.mjs <vitest's JSON report> <exit code of npm test>: the last line is "N passed, N failed". */
import { existsSync, readFileSync } from 'node:fs';

const [report, code] = process.argv.slice(2);
const tests = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
const passed = tests?.numPassedTests ?? 0;
let failed = tests?.numFailedTests ?? 0;
const emptySuites = (tests?.testResults ?? []).filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
for (const { name } of emptySuites) console.log(`could not start: ${name}`);
failed += emptySuites.length;
// A check before the tests, or the coverage thresholds after them: counted as one.
if (code !== '0' && failed === 0) {
  console.log(`npm test ended with ${code} (types, lint, knip or coverage)`);
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
