/**
 * Step 2 of the seed. The report decides, not the exit code: 96 % with exit 1 is 96 %, and a crash
 * (no report, or one that is older than the run) is no result. The reports are kept as artifacts,
 * and 验证测试通过率 reads those again instead of running the tests a second time.
 */
import type { ActionInput, ActionResult } from '../plan/run.ts';
import { type Progress, say, withHeartbeat } from './context.ts';
import type { ActionActivities } from './contract.ts';
import { line } from './evidence.ts';
import { type CommandPorts, chooseCommand, runInCheckout } from './project-commands.ts';
import { readJunit } from './reports/junit.ts';
import { removeReports } from './reports/report-files.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';
import { measureCoverage } from './tests-coverage.ts';
import { judge } from './tests-judge.ts';
import {
  freshReports,
  keepReports,
  noTests,
  readArtifact,
  reading,
  readKept,
  reportGlobs,
} from './tests-reports.ts';

export type TestActivities = Pick<
  ActionActivities,
  'tests.run' | 'tests.coverage' | 'tests.verify'
>;
type TestPorts = CommandPorts & SourcePorts;

export function createTestActivities(ports: TestPorts): TestActivities {
  return {
    'tests.run': (input) => withHeartbeat((progress) => runTests(ports, input, progress)),
    'tests.coverage': (input) =>
      withHeartbeat((progress) => measureCoverage(ports, input, progress)),
    'tests.verify': (input) => withHeartbeat(() => verifyKept(ports, input)),
  };
}

async function runTests(
  ports: TestPorts,
  input: ActionInput,
  progress: Progress,
): Promise<ActionResult> {
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, 'test', folder, progress);
  if (chosen.command === null) throw noTests(input, chosen.reason);
  const globs = reportGlobs(input);
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
  const references = await keepReports(ports, input, texts, ran.startedAtMs);
  const cases = await reading(input, ran, async () => texts.flatMap(readJunit));
  const judged = judge(ports, input, cases, texts.length);
  return {
    facts: judged.facts,
    evidence: [line(ran.summary), ...judged.evidence],
    artifacts: [...references, ran.log],
  };
}

/** Reads the reports that this run kept; it is the same answer, from what a person can look at. */
async function verifyKept(ports: TestPorts, input: ActionInput): Promise<ActionResult> {
  const kept = await readKept(ports, input);
  if (kept === null || kept.reports.length === 0) {
    throw noTests(
      input,
      say(input.run, '本次运行没有保存测试报告', 'this run has kept no test report'),
    );
  }
  const texts = await Promise.all(kept.reports.map((reference) => readArtifact(ports, reference)));
  const cases = await reading(input, null, async () => texts.flatMap(readJunit));
  const judged = judge(ports, input, cases, texts.length);
  return { ...judged, artifacts: kept.reports };
}
