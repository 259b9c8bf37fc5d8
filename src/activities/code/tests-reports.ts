/** The reports of a test run: found, proven fresh, kept as artifacts, read again. */
import { z } from 'zod';
import type { RunRef } from '../../plan/run.ts';
import type { TestSettings } from '../../plan/settings.ts';
import { say } from '../context.ts';
import { problem } from '../failures.ts';
import { type CommandPorts, excerptOf, type Ran } from './project-commands.ts';
import { ReportError } from './reports/finding.ts';
import { findReports, isFresh, readReport } from './reports/report-files.ts';
import { trusted } from './reports/trusted.ts';

/** Where test frameworks usually write, for projects that do not say. */
const USUAL_REPORTS = ['reports/**/*.xml', 'test-results/**/*.xml', '**/TEST-*.xml', 'junit.xml'];
type OfRun = { readonly run: RunRef };

const KEPT = z.object({ startedAtMs: z.number(), reports: z.array(z.string()) });

/** @throws ReportError where this run of the tests wrote none */
export async function freshReports(
  ports: CommandPorts,
  folder: string,
  globs: readonly string[],
  ran: Ran,
): Promise<readonly string[]> {
  const files = await findReports(folder, globs);
  const fresh = files.filter((file) => isFresh(file, ran.startedAtMs));
  if (fresh.length > 0) return Promise.all(fresh.map((file) => readReport(folder, file.path)));
  const old = files[0] === undefined ? '' : `; ${files[0].path} is older than this run`;
  const output = excerptOf(ports, ran);
  throw new ReportError(
    `it ended with ${ran.exitCode} and wrote no report that matches ${globs.join(', ')}${old}: ${output}`,
  );
}

/** Keeps the reports, and which they are, for 验证测试通过率. */
export async function keepReports(
  ports: CommandPorts,
  input: OfRun,
  texts: readonly string[],
  startedAtMs: number,
): Promise<void> {
  const reports = await keep(ports, input, 'junit', texts);
  const index = JSON.stringify({ startedAtMs, reports });
  await ports.artifacts.write(input.run.requestId, 'tests/index.json', index);
}

/** @returns the references of the kept texts */
export async function keep(
  ports: CommandPorts,
  input: OfRun,
  name: string,
  texts: readonly string[],
): Promise<string[]> {
  const references: string[] = [];
  for (const [index, text] of texts.entries()) {
    const file = `tests/${name}-${index + 1}${text.trimStart().startsWith('<') ? '.xml' : '.txt'}`;
    references.push(await ports.artifacts.write(input.run.requestId, file, ports.redact(text)));
  }
  return references;
}

/** What this run kept; null: no test ran in it. */
export async function readKept(
  ports: CommandPorts,
  input: OfRun,
): Promise<z.infer<typeof KEPT> | null> {
  const index = await ports.artifacts.read(`artifact:${input.run.requestId}/tests/index.json`);
  return index === null ? null : KEPT.parse(JSON.parse(index.toString('utf8')));
}

/** @throws ApplicationFailure NO_TEST_REPORT where the file is gone */
export async function readArtifact(ports: CommandPorts, reference: string): Promise<string> {
  const content = await ports.artifacts.read(reference);
  if (content !== null) return content.toString('utf8');
  throw problem({
    code: 'NO_TEST_REPORT',
    message: `The kept test report ${reference} is gone.`,
    remedy: 'Start the run again; the run folder must stay while it runs.',
  });
}

export function reportGlobs({ reports }: TestSettings): readonly string[] {
  return reports.length === 0 ? USUAL_REPORTS : reports;
}

/** Runs work on reports; what cannot be read fails with what to check. */
export function reading<T>(input: OfRun, ran: Ran | null, work: () => Promise<T>): Promise<T> {
  const about = say(input.run, '测试没有可用的报告', 'The tests left no usable report');
  const settings = {
    zh: ' tests.reports 和 tests.coverage',
    en: 'tests.reports and tests.coverage',
  };
  return trusted(input, { code: 'NO_TEST_REPORT', about, ran, settings }, work);
}

/** No test ran, so nothing was proven. */
export function noTests(input: OfRun, reason: string): Error {
  return problem({
    code: 'NO_TESTS',
    message: `${say(input.run, '没有执行任何测试', 'No test ran')}: ${reason}.`,
    remedy: say(
      input.run,
      '请在 runsheet.yaml 设置 commands.test（写出 JUnit XML）和 tests.reports。',
      'Set commands.test (it must write JUnit XML) and tests.reports in runsheet.yaml.',
    ),
  });
}
