/**
 * node again.mjs <vitest's JSON report> [vitest's options]…: runs each file that failed there once more,
 * by itself, and writes what came of it where summary.mjs finds it. What kills it leaves what it has.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where more fail, it is no chance. */
const MOST_FILES = 5;

const [report, ...options] = process.argv.slice(2);
const folder = join(dirname(report), 'again');
const results = join(folder, basename(report));
rmSync(results, { force: true });
const files = existsSync(report) ? failedFiles(JSON.parse(readFileSync(report, 'utf8'))) : [];
if (files.length > MOST_FILES) console.log(`${files.length} files failed: none is run again`);
else runAgain(files);

function failedFiles({ testResults }) {
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

function runAgain(failed) {
  mkdirSync(folder, { recursive: true });
  const done = [];
  for (const file of failed) {
    console.log(`once more, by itself: ${file}`);
    const output = join(folder, 'one.json');
    rmSync(output, { force: true });
    const reporters = ['--reporter=default', '--reporter=./.ci/reporter.mjs'];
    const argv = ['vitest', 'run', ...options, file, ...reporters, `--outputFile.json=${output}`];
    const { status } = spawnSync('npx', argv, { stdio: 'inherit' });
    const again = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : null;
    done.push({ file, code: status ?? 1, report: again });
    writeFileSync(results, JSON.stringify(done));
  }
}
