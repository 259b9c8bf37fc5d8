/**
 * Step 2 of the seed. The report decides, not the exit code: 96 % with exit 1 is 96 %. An exit code
 * that the report does not explain, a crash or a missing report is no result. The tests are judged
 * once, from what the tool wrote; 验证测试通过率 reads that verdict again.
 */

import { measureCoverage } from '../../actions/code/coverage.ts';
import { runTests, verifyTests } from '../../actions/code/tests.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandSettings, ProjectCommand, TestSettings } from '../../plan/settings.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { implement, type WorkOf } from '../implement.ts';
import { isUnexplained, toolFailed } from './exit-code.ts';
import { type CommandPorts, chooseCommand, type Ran, runInCheckout } from './project-commands.ts';
import { readJunit } from './reports/junit.ts';
import { clearReports, parseReport, pinReports, type RunReports } from './reports/run-reports.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { readCoverageOf, readOverwritten } from './tests-coverage.ts';
import { type Judged, judge, requireTests } from './tests-judge.ts';
import { freshReports, keepCopies, noTests, reading, reportGlobs } from './tests-reports.ts';
import { keepVerdict, readVerdict, type Verdict, verdictOn } from './tests-verdict.ts';

type TestPorts = CommandPorts & SourcePorts;
type TestWork = WorkOf<typeof runTests>;

export function createTestActivities(
  ports: TestPorts,
): Pick<ActionActivities, 'tests.run' | 'tests.coverage' | 'tests.verify'> {
  return {
    ...implement(runTests, (work, commands, tests) =>
      withHeartbeat((progress) => runAndJudge(ports, work, commands, tests, progress)),
    ),
    ...implement(measureCoverage, (work, commands, tests) =>
      withHeartbeat((progress) => readCoverageOf(ports, work, commands, tests, progress)),
    ),
    ...implement(verifyTests, (work) => withHeartbeat(() => verifyKept(ports, work))),
  };
}

async function runAndJudge(
  ports: TestPorts,
  input: TestWork,
  commands: CommandSettings,
  tests: TestSettings,
  progress: Progress,
): Promise<Judged> {
  await keepVerdict(ports, input, null);
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, commands, 'test', folder, progress);
  if (chosen.command === null) throw noTests(input, chosen.reason);
  const { command } = chosen;
  const globs = reportGlobs(tests);
  const source = await ports.source.files(input.source.revision);
  const pinned = await reading(input, null, () => clearReports(folder, globs, source));
  const pinnedCoverage = await reading(input, null, () =>
    pinReports(folder, tests.coverage, source),
  );
  const ran = await runInCheckout(ports, input, command, folder, progress, { name: 'test' });
  const reports = await reading(input, ran, () => freshReports(ports, folder, globs, pinned, ran));
  await keepCopies(ports, input, 'junit', reports.texts);
  const coverage = await reading(input, ran, () =>
    readOverwritten(folder, tests, pinnedCoverage, ran.startedAtMs),
  );
  const verdict = {
    ...(await judgeReports(ports, input, tests, command, ran, reports)),
    startedAtMs: ran.startedAtMs,
    ran: { exitCode: ran.exitCode, log: ran.log },
    overwritten: [...reports.overwritten],
    coverage: [...coverage],
  };
  const { facts, evidence } = judge(input, verdict);
  await keepVerdict(ports, input, verdict);
  return { facts, evidence: [line(ran.summary), ...evidence] };
}

/** @throws ApplicationFailure NO_TESTS, TOOL_FAILED or BAD_PROJECT_FILE where there is no verdict */
async function judgeReports(
  ports: TestPorts,
  input: TestWork,
  tests: TestSettings,
  command: ProjectCommand,
  ran: Ran,
  { texts }: RunReports,
): Promise<ReturnType<typeof verdictOn>> {
  const reports = await reading(input, ran, async () =>
    texts.map((each) => ({ path: each.path, ...parseReport(each, readJunit) })),
  );
  const verdict = verdictIn(input, () => verdictOn(reports, tests, ports.redact));
  requireTests(input, verdict);
  if (!isUnexplained(ran.exitCode, verdict.failed + verdict.errors)) return verdict;
  const files = verdict.files.join(', ');
  throw toolFailed(ports, input, command, ran, {
    zh: `而报告（${files}）中失败的测试不能说明原因`,
    en: `no failed test in its reports (${files}) explains that`,
  });
}

function verdictIn<T>({ run }: TestWork, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const named = { reason: error.message };
    throw diagnosed(run, diagnose('BAD_PROJECT_FILE', 'criticalPattern', named));
  }
}

/** The verdict that this run kept: the same answer, whenever and wherever it is asked. */
async function verifyKept(ports: TestPorts, input: WorkOf<typeof verifyTests>): Promise<Judged> {
  const verdict: Verdict | null = await readVerdict(ports, input);
  if (verdict !== null) return judge(input, verdict);
  const zh = '本次运行没有测试结论';
  throw noTests(input, { zh, en: 'this run has kept no verdict on its tests' });
}
