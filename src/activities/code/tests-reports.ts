/** The reports of a test run: found, proven to be its own, and copied for people. */

import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { RunRef } from '../../plan/run.ts';
import type { TestSettings } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import { type CommandPorts, excerptOf, type Ran } from './project-commands.ts';
import { ReportError } from './reports/report-error.ts';
import {
  nothingWritten,
  type PinnedReports,
  type ReportText,
  type RunReports,
  readRunReports,
} from './reports/run-reports.ts';
import { type Trouble, trusted } from './reports/trusted.ts';

/** Where test frameworks usually write, for projects that do not say. */
const USUAL_REPORTS: readonly string[] = [
  // Maven's Surefire and Failsafe; below them TestNG writes the same results once more.
  '**/target/{surefire,failsafe}-reports/TEST-*.xml',
  // Gradle, Playwright, CircleCI's convention
  '**/test-results/**/*.xml',
  // Jest, PHPUnit, cargo-nextest, gotestsum and pytest as their manuals have it
  '**/*junit*.xml',
  // go-junit-report, pytest, Mocha, RSpec, Ant
  '{report,results,pytest,unit-tests,test-results,test-report,rspec,TEST-*}.xml',
  'reports/**/*.xml',
  // .NET
  '**/TestResults/**/*.xml',
];
const USUAL = {
  zh: 'Maven、Gradle、pytest、Jest、Go、.NET 的惯例（其他位置请设置 tests.reports）',
  en: 'what Maven, Gradle, pytest, Jest, Go and .NET usually write (for another place set tests.reports)',
} as const;
type OfRun = { readonly run: RunRef };

/** @throws ReportError where this run of the tests wrote none */
export async function freshReports(
  ports: CommandPorts,
  folder: string,
  globs: readonly string[],
  pinned: PinnedReports,
  ran: Ran,
): Promise<RunReports> {
  const isUsual = globs === USUAL_REPORTS;
  const found = await readRunReports(folder, globs, pinned, ran.startedAtMs);
  const reports = isUsual ? withoutOthers(found) : found;
  if (reports.texts.length > 0) return reports;
  const output = excerptOf(ports, ran);
  const names = isUsual ? USUAL : { zh: globs.join(', '), en: globs.join(', ') };
  const zh = `命令以 ${ran.exitCode} 结束，没有写出匹配 ${names.zh} 的报告`;
  const en = `it ended with ${ran.exitCode} and wrote no report that matches ${names.en}`;
  const { words } = nothingWritten({ zh, en }, reports);
  throw new ReportError({ zh: `${words.zh}：${output}`, en: `${words.en}: ${output}` });
}

/** In the usual places are other files as well: of coverage, of style checks. A test report is none of them. */
function withoutOthers(reports: RunReports): RunReports {
  const isTests = ({ text }: ReportText): boolean => isOfTests(rootOf(text));
  const texts = reports.texts.filter(isTests);
  const other = reports.texts.find((each) => !isTests(each));
  const passedOver =
    other === undefined
      ? reports.passedOver
      : { zh: `${other.path} 不是测试报告`, en: `${other.path} is no report of tests` };
  return { texts, overwritten: namesIn(texts, reports.overwritten), passedOver };
}

function namesIn(texts: readonly ReportText[], paths: readonly string[]): readonly string[] {
  return paths.filter((path) => texts.some((each) => each.path === path));
}

/** A report in another form than JUnit's is one of tests as well: it is refused, and not passed over. */
function isOfTests(root: string | null): boolean {
  return root === null || /^(?:test|assembl)/iu.test(root);
}

/** null: the text has no element, and may be a report that was cut off. */
function rootOf(text: string): string | null {
  const body = text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/gu, '');
  return /<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)/u.exec(body)?.[1] ?? null;
}

/** Copies for people, redacted; what was proved is in the verdict. */
export async function keepCopies(
  ports: CommandPorts,
  input: OfRun,
  name: string,
  texts: readonly ReportText[],
): Promise<void> {
  for (const [index, { text }] of texts.entries()) {
    const file = `tests/${name}-${index + 1}${text.trimStart().startsWith('<') ? '.xml' : '.txt'}`;
    await ports.artifacts.write(input.run.requestId, file, ports.redact(text));
  }
}

export function reportGlobs({ reports }: TestSettings): readonly string[] {
  return reports.length === 0 ? USUAL_REPORTS : reports;
}

/** Runs work on reports; what cannot be read fails with what to check. */
export function reading<T>(input: OfRun, ran: Ran | null, work: () => Promise<T>): Promise<T> {
  const about = { zh: '测试没有可用的报告', en: 'the tests left no usable report' };
  const settings = {
    zh: ' tests.reports 和 tests.coverage',
    en: 'tests.reports and tests.coverage',
  };
  const bad = (named: Trouble) => diagnose('NO_TEST_REPORT', 'report', named);
  return trusted(input, { bad, about, ran, settings }, work);
}

/** No test ran, so nothing was proven. */
export function noTests(input: OfRun, reason: Parameter): Error {
  return diagnosed(input.run, diagnose('NO_TESTS', 'none', { reason }));
}
