/**
 * Step 2 of the seed. The report decides, not the exit code: 96 % with exit 1 is 96 %, and a crash
 * (no report, or one that is older than the run) is no result. The reports are kept as artifacts,
 * and 验证测试通过率 reads those again instead of running the tests a second time.
 */
import { z } from 'zod';
import type { ActionInput, ActionResult, Fact } from '../plan/run.ts';
import type { ActionActivities } from './contract.ts';
import { type Progress, say, withHeartbeat } from './context.ts';
import { line } from './evidence.ts';
import { problem } from './failures.ts';
import { chooseCommand, type CommandPorts, excerptOf, type Ran, runInCheckout } from './project-commands.ts';
import { type Coverage, coveragePercent, readCoverage } from './reports/coverage.ts';
import { ReportError } from './reports/finding.ts';
import { readJunit, type TestCase } from './reports/junit.ts';
import { findReports, isFresh, readReport, removeReports } from './reports/report-files.ts';
import { summarise, summariseCritical } from './reports/test-summary.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';

export type TestActivities = Pick<ActionActivities, 'tests.run' | 'tests.coverage' | 'tests.verify'>;
type TestPorts = CommandPorts & SourcePorts;

/** Where test frameworks usually write, for projects that do not say. */
const USUAL_REPORTS = ['reports/**/*.xml', 'test-results/**/*.xml', '**/TEST-*.xml', 'junit.xml'];
const KEPT = z.object({ startedAtMs: z.number(), reports: z.array(z.string()) });
const SHOWN_FAILURES = 3;

export function createTestActivities(ports: TestPorts): TestActivities {
  return {
    'tests.run': (input) => withHeartbeat((progress) => runTests(ports, input, progress)),
    'tests.coverage': (input) => withHeartbeat((progress) => measureCoverage(ports, input, progress)),
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
  const ran = await runInCheckout(ports, input, chosen.command, folder, progress, `${input.step}-test`);
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
    throw noTests(input, say(input.run, '本次运行没有保存测试报告', 'this run has kept no test report'));
  }
  const texts = await Promise.all(kept.reports.map((reference) => readArtifact(ports, reference)));
  const cases = await reading(input, null, async () => texts.flatMap(readJunit));
  const judged = judge(ports, input, cases, texts.length);
  return { ...judged, artifacts: kept.reports };
}

/**
 * Lines covered, in percent, from the report of `commands.coverage` or of the test run itself.
 * Without either nothing is measured, and the evidence says what to set.
 */
async function measureCoverage(
  ports: TestPorts,
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
    ran = await runInCheckout(ports, input, chosen.command, folder, progress, `${input.step}-coverage`);
    sinceMs = ran.startedAtMs;
    evidence.push(line(ran.summary));
  }
  const texts = await reading(input, ran, async () => {
    const files = await findReports(folder, globs);
    const fresh = files.filter((file) => isFresh(file, sinceMs));
    if (fresh.length === 0) throw new ReportError(`no coverage report of this run matches ${globs.join(', ')}`);
    return Promise.all(fresh.map((file) => readReport(folder, file.path)));
  });
  const reports: Coverage[] = await reading(input, ran, async () => texts.map(readCoverage));
  const artifacts = await keep(ports, input, 'coverage', texts);
  const percent = coveragePercent(reports);
  if (percent === null) return { facts: [], evidence: [...evidence, coverageUnset(input)], artifacts };
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

interface Judged {
  readonly facts: readonly Fact[];
  readonly evidence: readonly string[];
}

function judge(
  ports: TestPorts,
  input: ActionInput,
  cases: readonly TestCase[],
  files: number,
): Judged {
  const summary = summarise(cases);
  if (summary.passRate === null) {
    const zh = `报告中没有执行任何测试（跳过 ${summary.skipped} 项）`;
    throw noTests(input, say(input.run, zh, `the report holds no test that ran (${summary.skipped} skipped)`));
  }
  const ran = summary.passed + summary.failed + summary.errors;
  const detail = say(
    input.run,
    `${ran} 项中 ${summary.passed} 项通过，失败 ${summary.failed}，错误 ${summary.errors}，跳过 ${summary.skipped}（${files} 个报告文件）`,
    `${summary.passed} of ${ran} passed, ${summary.failed} failed, ${summary.errors} errors, ${summary.skipped} skipped (${files} report files)`,
  );
  const rate: Fact = { id: 'tests.pass_rate', value: summary.passRate, samples: ran, detail };
  const failures = summary.failures
    .slice(0, SHOWN_FAILURES)
    .map((each) => line(ports.redact(`✗ ${each.classname} ${each.name}: ${each.message}`)));
  const critical = judgeCritical(ports, input, cases);
  return {
    facts: [rate, ...critical.facts],
    evidence: [detail, ...failures, ...critical.evidence],
  };
}

/**
 * Where `tests.critical` is not set nothing is measured, so that a criterion about it fails, and the
 * evidence says what to set. Where it is set and selects no test, that is a mistake: a failure.
 */
function judgeCritical(ports: TestPorts, input: ActionInput, cases: readonly TestCase[]): Judged {
  const critical = input.project.tests?.critical;
  const remedy = say(
    input.run,
    '请在 runsheet.yaml 设置 tests.critical.name（正则）或 tests.critical.marker',
    'Set tests.critical.name (a pattern) or tests.critical.marker in runsheet.yaml',
  );
  if (critical === undefined) {
    const none = say(input.run, '没有测量关键功能测试', 'Critical tests were not measured');
    return { facts: [], evidence: [`${none}: ${remedy}`] };
  }
  const summary = selectCritical(input, cases, critical);
  if (summary.passRate === null) {
    const zh = `tests.critical 没有选中任何测试（共 ${cases.length} 项）。`;
    const en = `tests.critical selects none of the ${cases.length} tests.`;
    throw problem({ code: 'NO_CRITICAL_TESTS', message: say(input.run, zh, en), remedy: `${remedy}.` });
  }
  const others = summary.others.slice(0, SHOWN_FAILURES).map((each) => `${each.name} (${each.outcome})`);
  const counted = say(
    input.run,
    `关键功能测试 ${summary.selected} 项中 ${summary.passed} 项通过`,
    `${summary.passed} of ${summary.selected} critical tests passed`,
  );
  const detail = line(ports.redact([counted, ...others].join('; ')));
  const value = summary.passRate;
  return {
    facts: [{ id: 'tests.critical_pass_rate', value, samples: summary.selected, detail }],
    evidence: [detail],
  };
}

function selectCritical(
  input: ActionInput,
  cases: readonly TestCase[],
  critical: Parameters<typeof summariseCritical>[1],
): ReturnType<typeof summariseCritical> {
  try {
    return summariseCritical(cases, critical);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw problem({
      code: 'BAD_PROJECT_FILE',
      message: `tests.critical.name is no regular expression: ${error.message}.`,
      remedy: say(input.run, '请修改 runsheet.yaml。', 'Correct it in runsheet.yaml.'),
    });
  }
}

async function freshReports(
  ports: TestPorts,
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

async function keepReports(
  ports: TestPorts,
  input: ActionInput,
  texts: readonly string[],
  startedAtMs: number,
): Promise<readonly string[]> {
  const reports = await keep(ports, input, 'junit', texts);
  const index = JSON.stringify({ startedAtMs, reports });
  await ports.artifacts.write(input.run.requestId, 'tests/index.json', index);
  return reports;
}

async function keep(
  ports: TestPorts,
  input: ActionInput,
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

async function readKept(
  ports: TestPorts,
  input: ActionInput,
): Promise<z.infer<typeof KEPT> | null> {
  const index = await ports.artifacts.read(`artifact:${input.run.requestId}/tests/index.json`);
  return index === null ? null : KEPT.parse(JSON.parse(index.toString('utf8')));
}

async function readArtifact(ports: TestPorts, reference: string): Promise<string> {
  const content = await ports.artifacts.read(reference);
  if (content !== null) return content.toString('utf8');
  throw problem({
    code: 'NO_TEST_REPORT',
    message: `The kept test report ${reference} is gone.`,
    remedy: 'Start the run again; the run folder must stay while it runs.',
  });
}

function reportGlobs(input: ActionInput): readonly string[] {
  const globs = input.project.tests?.reports ?? [];
  return globs.length === 0 ? USUAL_REPORTS : globs;
}

async function reading<T>(
  input: ActionInput,
  ran: Ran | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw problem({
      code: error.message.startsWith('PATH_OUTSIDE_PROJECT') ? 'PATH_OUTSIDE_PROJECT' : 'NO_TEST_REPORT',
      message: `${say(input.run, '测试没有可用的报告', 'The tests left no usable report')}: ${error.message}.`,
      remedy: say(
        input.run,
        `请查看 ${ran?.log ?? 'runsheet.yaml'}，并检查 tests.reports 和 tests.coverage。`,
        `See ${ran?.log ?? 'runsheet.yaml'}, and check tests.reports and tests.coverage.`,
      ),
    });
  }
}

function noTests(input: ActionInput, reason: string): Error {
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

function coverageUnset(input: ActionInput): string {
  return say(
    input.run,
    '没有测量覆盖率：请在 runsheet.yaml 设置 tests.coverage（Cobertura、LCOV 或 Istanbul summary 文件）',
    'Coverage was not measured: set tests.coverage in runsheet.yaml (Cobertura, LCOV or Istanbul summary files)',
  );
}
