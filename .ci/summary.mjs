/**
 * node summary.mjs <vitest's JSON report, or the name of a check> <exit code>…: the last line is
 * "N passed, N failed", summed over the reports; exit code 0 where everything passed. What was skipped
 * or did not run at all has failed. A test that failed among the others and passed when again.mjs ran
 * its file by itself is flaky: it is named, and counts as passed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Of a message and the own places of its stack: a long one says at its end what was expected. */
const FIRST_LINES = 4;
const LAST_LINES = 20;
const FOREIGN_PLACE = /^\s+at .*(?:\/node_modules\/|\(node:|<anonymous>)/u;
/** What vitest ends with where tests failed; any other code is that of a limit or a crash. */
const TESTS_FAILED = '1';

const total = { passed: 0, failed: 0, flaky: 0 };
const given = process.argv.slice(2);
for (let at = 0; at < given.length; at += 2) {
  const counted = count(given[at], given[at + 1]);
  for (const kind of Object.keys(total)) total[kind] += counted[kind];
}
if (total.flaky > 0) {
  console.log(`${total.flaky} flaky, and counted as passed: mend them before anything else.`);
  console.log('Where one is of `npm test`, its coverage was not held against the thresholds.');
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

function count(name, code) {
  const counted = name.endsWith('.json') ? countReport(name) : { passed: 0, failed: 0, flaky: 0 };
  // A check before the tests, the coverage thresholds after them, or the time limit: counted as one.
  const isExplained = counted.failed > 0 || (counted.flaky > 0 && code === TESTS_FAILED);
  if (code !== '0' && !isExplained) {
    console.log(`${name}: ended with exit code ${code}, which no test of it explains`);
    counted.failed = 1;
  }
  return counted;
}

function countReport(path) {
  const counted = { passed: 0, failed: 0, flaky: 0 };
  if (!existsSync(path)) {
    console.log(`${path}: no report, so its tests did not end`);
    return { ...counted, failed: 1 };
  }
  const { testResults, unhandledErrors = [] } = JSON.parse(readFileSync(path, 'utf8'));
  for (const error of unhandledErrors) {
    console.log(`an error outside the tests: ${path}\n${reasonOf(error)}`);
    counted.failed += 1;
  }
  const again = filesRunAgain(path);
  for (const file of testResults) countFile(file, again, counted);
  return counted;
}

function countFile({ name, status, assertionResults, message }, again, counted) {
  const passedAgain = again.get(name) ?? null;
  const how = passedAgain !== null ? 'flaky, ' : again.has(name) ? 'twice, ' : '';
  const good = assertionResults.filter((test) => test.status === 'passed');
  counted.passed += good.length;
  if (status === 'failed' && good.length === assertionResults.length) {
    tell(`${how}failed outside its tests`, name, message);
    counted[passedAgain === null ? 'failed' : 'flaky'] += 1;
    if (assertionResults.length === 0) counted.passed += passedAgain?.length ?? 0;
    return;
  }
  for (const test of assertionResults.filter((each) => !good.includes(each))) {
    const isFlaky = status === 'failed' && passedAgain?.includes(test.fullName) === true;
    const reasons = test.failureMessages?.length > 0 ? test.failureMessages : [message];
    tell(`${how}${test.status}`, `${name}: ${test.fullName}`, ...reasons);
    counted[isFlaky ? 'flaky' : 'failed'] += 1;
    if (isFlaky) counted.passed += 1;
  }
}

/** Of each file that again.mjs ran: the names of its tests where all passed and vitest ended well, or null. */
function filesRunAgain(path) {
  const results = join(dirname(path), 'again', basename(path));
  const ran = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : [];
  return new Map(ran.map((each) => [each.file, namesOfGood(each)]));
}

function namesOfGood({ file, code, report }) {
  const tests = (report?.testResults ?? [])
    .filter(({ name }) => name === file)
    .flatMap(({ assertionResults }) => assertionResults);
  const isGood = code === 0 && tests.length > 0 && tests.every(({ status }) => status === 'passed');
  return isGood ? tests.map(({ fullName }) => fullName) : null;
}

function tell(what, where, ...reasons) {
  console.log(`${what}: ${where}`);
  for (const reason of reasons.filter(Boolean)) console.log(reasonOf(reason));
}

/** What is kept of a run may be its end only, so the reason stands beside the name. */
function reasonOf(message) {
  const lines = message.split('\n').filter((line) => !FOREIGN_PLACE.test(line));
  const more = lines.length - FIRST_LINES - LAST_LINES;
  if (more > 1) lines.splice(FIRST_LINES, more, `[${more} lines more]`);
  return lines.map((line) => `    ${line}`).join('\n');
}
