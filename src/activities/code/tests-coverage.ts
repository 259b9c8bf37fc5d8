/** 生成测试覆盖率报告: lines covered, out of Cobertura, LCOV or an Istanbul summary. */
import type { measureCoverage } from '../../actions/code/coverage.ts';
import type { Reading } from '../../actions/define.ts';
import type { CommandSettings, TestSettings } from '../../plan/settings.ts';
import { type Progress, say } from '../context.ts';
import { line } from '../evidence.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { type CommandPorts, chooseCommand, type Ran, runInCheckout } from './project-commands.ts';
import { type Coverage, coveragePercent, readCoverage } from './reports/coverage.ts';
import { ReportError } from './reports/finding.ts';
import { findReports, isFresh, readReport, removeReports } from './reports/report-files.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { keep, reading, readKept } from './tests-reports.ts';

type CoverageWork = WorkOf<typeof measureCoverage>;

/**
 * Lines covered, in percent, from the report of `commands.coverage` or of the test run itself.
 * Without either nothing is measured, and the evidence says what to set.
 */
export async function readCoverageOf(
  ports: CommandPorts & SourcePorts,
  input: CoverageWork,
  commands: CommandSettings,
  { coverage: globs }: TestSettings,
  progress: Progress,
): Promise<OutcomeOf<typeof measureCoverage>> {
  const folder = await ensureCheckout(ports, input);
  if (globs.length === 0) return outcome(null, [coverageUnset(input)]);
  const chosen = await chooseCommand(ports, input, commands, 'coverage', folder, progress);
  const evidence: string[] = [];
  let sinceMs = (await readKept(ports, input))?.startedAtMs ?? Number.POSITIVE_INFINITY;
  let ran: Ran | null = null;
  if (chosen.command !== null) {
    await reading(input, null, () => removeReports(folder, globs));
    ran = await runInCheckout(
      ports,
      input,
      chosen.command,
      folder,
      progress,
      `${input.step}-coverage`,
    );
    sinceMs = ran.startedAtMs;
    evidence.push(line(ran.summary));
  }
  const texts = await reading(input, ran, async () => {
    const files = await findReports(folder, globs);
    const fresh = files.filter((file) => isFresh(file, sinceMs));
    if (fresh.length === 0)
      throw new ReportError(`no coverage report of this run matches ${globs.join(', ')}`);
    return Promise.all(fresh.map((file) => readReport(folder, file.path)));
  });
  const reports: Coverage[] = await reading(input, ran, async () => texts.map(readCoverage));
  await keep(ports, input, 'coverage', texts);
  const percent = coveragePercent(reports);
  if (percent === null) return outcome(null, [...evidence, coverageUnset(input)]);
  const covered = reports.reduce((sum, each) => sum + each.coveredLines, 0);
  const lines = reports.reduce((sum, each) => sum + each.lines, 0);
  const detail = say(
    input.run,
    `覆盖率 ${percent.toFixed(1)}%（${covered} / ${lines} 行）`,
    `coverage ${percent.toFixed(1)} % (${covered} of ${lines} lines)`,
  );
  return outcome({ value: percent, samples: lines, detail }, [...evidence, detail]);
}

function outcome(
  coverage: Reading<number> | null,
  evidence: readonly string[],
): OutcomeOf<typeof measureCoverage> {
  return { facts: { 'tests.coverage': coverage }, evidence };
}

function coverageUnset(input: CoverageWork): string {
  return say(
    input.run,
    '没有测量覆盖率：请在 runsheet.yaml 设置 tests.coverage（Cobertura、LCOV 或 Istanbul summary 文件）',
    'Coverage was not measured: set tests.coverage in runsheet.yaml (Cobertura, LCOV or Istanbul summary files)',
  );
}
