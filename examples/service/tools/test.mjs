/** Runs the tests: reports/junit.xml, and with --coverage also reports/lcov.info. Ends as node --test does. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

const report = process.argv.includes('--coverage')
  ? ['--experimental-test-coverage', '--test-reporter=lcov', '--test-reporter-destination=reports/lcov.info']
  : ['--test-reporter=junit', '--test-reporter-destination=reports/junit.xml'];

mkdirSync('reports', { recursive: true });
rmSync(report.at(-1).split('=')[1], { force: true });
const result = spawnSync(
  process.execPath,
  ['--test', ...report, '--test-reporter=dot', '--test-reporter-destination=stdout', 'tests/quotes.test.mjs', 'tests/service.test.mjs'],
  { stdio: 'inherit' },
);
process.exit(result.status ?? 1);
