/** 生成测试覆盖率报告: lines covered, out of Cobertura, LCOV or an Istanbul summary. */
import type { measureCoverage } from '../../actions/code/coverage.ts';
import type { Reading } from '../../actions/define.ts';
import { say } from '../../diagnostics/language.ts';
import type { CommandSettings, ProjectCommand, TestSettings } from '../../plan/settings.ts';
import { type Progress } from '../context.ts';
import { line } from '../evidence.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { isUnexplained, toolFailed } from './exit-code.ts';
import { type CommandPorts, chooseCommand, type Ran, runInCheckout } from './project-commands.ts';
import { readCoverage } from './reports/coverage.ts';
import { type Coverage, coveragePercent } from './reports/line-coverage.ts';
import { ReportError } from './reports/report-error.ts';
import {
  clearReports,
  describeOverwritten,
  nothingWritten,
  type PinnedReports,
  parseReport,
  pinReports,
  type RunReports,
  readRunReports,
} from './reports/run-reports.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { keepCopies, reading } from './tests-reports.ts';
import { type CoverageFile, readVerdict } from './tests-verdict.ts';

type CoverageWork = WorkOf<typeof measureCoverage>;
type CoveragePorts = CommandPorts & SourcePorts;

/** What was read, and who wrote it. */
interface Measured {
  readonly files: readonly (Coverage & { readonly path: string })[];
  readonly evidence: readonly string[];
}

/**
 * Lines covered, in percent, from the report of `commands.coverage` or of the test run itself.
 * Without either nothing is measured, and the evidence says what to set.
 */
export async function readCoverageOf(
  ports: CoveragePorts,
  input: CoverageWork,
  commands: CommandSettings,
  { coverage: globs }: TestSettings,
  progress: Progress,
): Promise<OutcomeOf<typeof measureCoverage>> {
  const folder = await ensureCheckout(ports, input);
  if (globs.length === 0) return outcome(null, [coverageUnset(input)]);
  const chosen = await chooseCommand(ports, input, commands, 'coverage', folder, progress);
  const { files, evidence } =
    chosen.command === null
      ? await coverageOfTests(ports, input, globs, folder)
      : await coverageOfCommand(ports, input, globs, folder, chosen.command, progress);
  const percent = coveragePercent(files);
  if (percent === null) return outcome(null, [...evidence, noLines(input, files)]);
  const covered = files.reduce((sum, each) => sum + each.coveredLines, 0);
  const lines = files.reduce((sum, each) => sum + each.lines, 0);
  const detail = say(
    input.run,
    `覆盖率 ${percent.toFixed(1)}%（${covered} / ${lines} 行）`,
    `coverage ${percent.toFixed(1)} % (${covered} of ${lines} lines)`,
  );
  return outcome({ value: percent, samples: lines, detail }, [...evidence, detail]);
}

/** Coverage that the tests wrote over files of the source: the next checkout puts those back. */
export async function readOverwritten(
  folder: string,
  { coverage }: TestSettings,
  pinned: PinnedReports,
  sinceMs: number,
): Promise<readonly CoverageFile[]> {
  const { texts } = await readRunReports(folder, coverage, pinned, sinceMs);
  return texts
    .filter((each) => pinned.has(each.path))
    .map((each) => {
      try {
        return { path: each.path, ...parseReport(each, readCoverage) };
      } catch (error) {
        if (!(error instanceof ReportError)) throw error;
        return { path: each.path, problem: error.words };
      }
    });
}

/** What the tests, or what ran since, left; what they wrote over files of the source was kept. */
async function coverageOfTests(
  ports: CoveragePorts,
  input: CoverageWork,
  globs: readonly string[],
  folder: string,
): Promise<Measured> {
  const verdict = await readVerdict(ports, input);
  const kept = verdict?.coverage ?? [];
  return reading(input, null, async () => {
    const source = await ports.source.files(input.source.revision);
    const pinned = await pinReports(folder, globs, source);
    const sinceMs = verdict?.startedAtMs ?? Number.POSITIVE_INFINITY;
    const reports = await readRunReports(folder, globs, pinned, sinceMs);
    const { texts } = reports;
    if (texts.length + kept.length === 0) throw noReport(globs, reports);
    await keepCopies(ports, input, 'coverage', texts);
    const files = texts.map((each) => ({ path: each.path, ...parseReport(each, readCoverage) }));
    const evidence = describeOverwritten(
      input.run,
      kept.map((each) => each.path),
    );
    return { files: [...files, ...kept.map(requireReadable)], evidence };
  });
}

async function coverageOfCommand(
  ports: CoveragePorts,
  input: CoverageWork,
  globs: readonly string[],
  folder: string,
  command: ProjectCommand,
  progress: Progress,
): Promise<Measured> {
  const source = await ports.source.files(input.source.revision);
  const pinned = await reading(input, null, () => clearReports(folder, globs, source));
  const ran = await runInCheckout(ports, input, command, folder, progress, { name: 'coverage' });
  await refuseUnexplained(ports, input, command, ran);
  return reading(input, ran, async () => {
    const reports = await readRunReports(folder, globs, pinned, ran.startedAtMs);
    if (reports.texts.length === 0) throw noReport(globs, reports);
    await keepCopies(ports, input, 'coverage', reports.texts);
    const files = reports.texts.map((each) => ({
      path: each.path,
      ...parseReport(each, readCoverage),
    }));
    return {
      files,
      evidence: [line(ran.summary), ...describeOverwritten(input.run, reports.overwritten)],
    };
  });
}

/** A command that runs the tests again ends as they do; where none of them failed, it has failed. */
async function refuseUnexplained(
  ports: CoveragePorts,
  input: CoverageWork,
  command: ProjectCommand,
  ran: Ran,
): Promise<void> {
  const verdict = await readVerdict(ports, input);
  if (!isUnexplained(ran.exitCode, (verdict?.failed ?? 0) + (verdict?.errors ?? 0))) return;
  throw toolFailed(ports, input, command, ran, {
    zh: '本次运行中失败的测试不能说明原因',
    en: 'no failed test of this run explains that',
  });
}

function requireReadable(file: CoverageFile): Coverage & { readonly path: string } {
  if ('problem' in file) throw new ReportError(file.problem);
  return file;
}

function noReport(globs: readonly string[], reports: Pick<RunReports, 'passedOver'>): ReportError {
  const names = globs.join(', ');
  const zh = `本次运行没有写出匹配 ${names} 的覆盖率报告`;
  return nothingWritten({ zh, en: `no coverage report of this run matches ${names}` }, reports);
}

function outcome(
  coverage: Reading<number> | null,
  evidence: readonly string[],
): OutcomeOf<typeof measureCoverage> {
  return { facts: { 'tests.coverage': coverage }, evidence };
}

function noLines(input: CoverageWork, files: Measured['files']): string {
  const names = files.map((each) => each.path).join(', ');
  return line(
    say(
      input.run,
      `没有测量覆盖率：报告（${names}）中没有任何代码行`,
      `Coverage was not measured: its reports (${names}) hold no line of code`,
    ),
  );
}

function coverageUnset(input: CoverageWork): string {
  return say(
    input.run,
    '没有测量覆盖率：请在 runsheet.yaml 设置 tests.coverage（Cobertura、LCOV 或 Istanbul summary 文件）',
    'Coverage was not measured: set tests.coverage in runsheet.yaml (Cobertura, LCOV or Istanbul summary files)',
  );
}
