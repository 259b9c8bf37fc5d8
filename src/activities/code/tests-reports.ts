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
const USUAL_REPORTS = ['reports/**/*.xml', 'test-results/**/*.xml', '**/TEST-*.xml', 'junit.xml'];
type OfRun = { readonly run: RunRef };

/** @throws ReportError where this run of the tests wrote none */
export async function freshReports(
  ports: CommandPorts,
  folder: string,
  globs: readonly string[],
  pinned: PinnedReports,
  ran: Ran,
): Promise<RunReports> {
  const reports = await readRunReports(folder, globs, pinned, ran.startedAtMs);
  if (reports.texts.length > 0) return reports;
  const output = excerptOf(ports, ran);
  const names = globs.join(', ');
  const zh = `命令以 ${ran.exitCode} 结束，没有写出匹配 ${names} 的报告`;
  const en = `it ended with ${ran.exitCode} and wrote no report that matches ${names}`;
  const { words } = nothingWritten({ zh, en }, reports);
  throw new ReportError({ zh: `${words.zh}：${output}`, en: `${words.en}: ${output}` });
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
