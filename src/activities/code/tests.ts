/**
 * Step 2 of the seed. The report decides, not the exit code: 96 % with exit 1 is 96 %, and a crash
 * (no report, or one that is older than the run) is no result. The reports are kept as artifacts,
 * and 验证测试通过率 reads those again instead of running the tests a second time.
 */
import { measureCoverage } from '../../actions/code/coverage.ts';
import { runTests, verifyTests } from '../../actions/code/tests.ts';
import type { CommandSettings, TestSettings } from '../../plan/settings.ts';
import { type Progress, say, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { implement, type WorkOf } from '../implement.ts';
import { type CommandPorts, chooseCommand, runInCheckout } from './project-commands.ts';
import { readJunit } from './reports/junit.ts';
import { removeReports } from './reports/report-files.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { readCoverageOf } from './tests-coverage.ts';
import { type Judged, judge } from './tests-judge.ts';
import {
  freshReports,
  keepReports,
  noTests,
  readArtifact,
  reading,
  readKept,
  reportGlobs,
} from './tests-reports.ts';

type TestPorts = CommandPorts & SourcePorts;

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
    ...implement(verifyTests, (work, tests) => withHeartbeat(() => verifyKept(ports, work, tests))),
  };
}

async function runAndJudge(
  ports: TestPorts,
  input: WorkOf<typeof runTests>,
  commands: CommandSettings,
  tests: TestSettings,
  progress: Progress,
): Promise<Judged> {
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, commands, 'test', folder, progress);
  if (chosen.command === null) throw noTests(input, chosen.reason);
  const globs = reportGlobs(tests);
  await reading(input, null, () => removeReports(folder, globs));
  const ran = await runInCheckout(
    ports,
    input,
    chosen.command,
    folder,
    progress,
    `${input.step}-test`,
  );
  const texts = await reading(input, ran, () => freshReports(ports, folder, globs, ran));
  await keepReports(ports, input, texts, ran.startedAtMs);
  const cases = await reading(input, ran, async () => texts.flatMap(readJunit));
  const { facts, evidence } = judge(ports, input, tests, cases, texts.length);
  return { facts, evidence: [line(ran.summary), ...evidence] };
}

/** Reads the reports that this run kept; it is the same answer, from what a person can look at. */
async function verifyKept(
  ports: TestPorts,
  input: WorkOf<typeof verifyTests>,
  tests: TestSettings,
): Promise<Judged> {
  const kept = await readKept(ports, input);
  if (kept === null || kept.reports.length === 0) {
    throw noTests(
      input,
      say(input.run, '本次运行没有保存测试报告', 'this run has kept no test report'),
    );
  }
  const texts = await Promise.all(kept.reports.map((reference) => readArtifact(ports, reference)));
  const cases = await reading(input, null, async () => texts.flatMap(readJunit));
  return judge(ports, input, tests, cases, texts.length);
}
