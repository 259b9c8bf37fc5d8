/** 生成测试覆盖率报告: lines covered, out of Cobertura, LCOV or an Istanbul summary. */
import type { ActionInput, ActionResult, Fact } from '../plan/run.ts';
import { type Progress, say } from './context.ts';
import { line } from './evidence.ts';
import { type CommandPorts, chooseCommand, type Ran, runInCheckout } from './project-commands.ts';
import { type Coverage, coveragePercent, readCoverage } from './reports/coverage.ts';
import { ReportError } from './reports/finding.ts';
import { findReports, isFresh, readReport, removeReports } from './reports/report-files.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { keep, reading, readKept } from './tests-reports.ts';

/**
 * Lines covered, in percent, from the report of `commands.coverage` or of the test run itself.
 * Without either nothing is measured, and the evidence says what to set.
 */
export async function measureCoverage(
  ports: CommandPorts & SourcePorts,
  input: ActionInput,
  progress: Progress,
): Promise<ActionResult> {
  const folder = await ensureCheckout(ports, input);
  const globs = input.project.tests?.coverage ?? [];
  if (globs.length === 0) return { facts: [], evidence: [coverageUnset(input)] };
  const chosen = await chooseCommand(ports, input, 'coverage', folder, progress);
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
  const artifacts = await keep(ports, input, 'coverage', texts);
  const percent = coveragePercent(reports);
  if (percent === null)
    return { facts: [], evidence: [...evidence, coverageUnset(input)], artifacts };
  const covered = reports.reduce((sum, each) => sum + each.coveredLines, 0);
  const lines = reports.reduce((sum, each) => sum + each.lines, 0);
  const detail = say(
    input.run,
    `覆盖率 ${percent.toFixed(1)}%（${covered} / ${lines} 行）`,
    `coverage ${percent.toFixed(1)} % (${covered} of ${lines} lines)`,
  );
  const fact: Fact = { id: 'tests.coverage', value: percent, samples: lines, detail };
  return { facts: [fact], evidence: [...evidence, detail], artifacts };
}

function coverageUnset(input: ActionInput): string {
  return say(
    input.run,
    '没有测量覆盖率：请在 runsheet.yaml 设置 tests.coverage（Cobertura、LCOV 或 Istanbul summary 文件）',
    'Coverage was not measured: set tests.coverage in runsheet.yaml (Cobertura, LCOV or Istanbul summary files)',
  );
}
