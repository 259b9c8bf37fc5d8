/** What a test run proved: the pass rate, and that of the critical tests. */
import type { runTests } from '../../actions/code/tests.ts';
import type { RunRef } from '../../plan/run.ts';
import type { TestSettings } from '../../plan/settings.ts';
import { say } from '../context.ts';
import { line } from '../evidence.ts';
import { problem } from '../failures.ts';
import type { OutcomeOf } from '../implement.ts';
import type { CommandPorts } from './project-commands.ts';
import type { TestCase } from './reports/junit.ts';
import { summarise, summariseCritical } from './reports/test-summary.ts';
import { noTests } from './tests-reports.ts';

const SHOWN_FAILURES = 3;

/** What a run of the tests, and its verification, have proved. */
export type Judged = OutcomeOf<typeof runTests>;
type Critical = Pick<Judged, 'evidence'> & {
  readonly rate: Judged['facts']['tests.critical_pass_rate'];
};

interface JudgedWork {
  readonly run: RunRef;
}

/** @throws ApplicationFailure NO_TESTS where no test ran: an empty report is no pass */
export function judge(
  ports: CommandPorts,
  input: JudgedWork,
  tests: TestSettings,
  cases: readonly TestCase[],
  files: number,
): Judged {
  const summary = summarise(cases);
  if (summary.passRate === null) {
    const zh = `报告中没有执行任何测试（跳过 ${summary.skipped} 项）`;
    throw noTests(
      input,
      say(input.run, zh, `the report holds no test that ran (${summary.skipped} skipped)`),
    );
  }
  const ran = summary.passed + summary.failed + summary.errors;
  const detail = say(
    input.run,
    `${ran} 项中 ${summary.passed} 项通过，失败 ${summary.failed}，错误 ${summary.errors}，跳过 ${summary.skipped}（${files} 个报告文件）`,
    `${summary.passed} of ${ran} passed, ${summary.failed} failed, ${summary.errors} errors, ${summary.skipped} skipped (${files} report files)`,
  );
  const rate = { value: summary.passRate, samples: ran, detail };
  const failures = summary.failures
    .slice(0, SHOWN_FAILURES)
    .map((each) => line(ports.redact(`✗ ${each.classname} ${each.name}: ${each.message}`)));
  const critical = judgeCritical(ports, input, tests, cases);
  return {
    facts: { 'tests.pass_rate': rate, 'tests.critical_pass_rate': critical.rate },
    evidence: [detail, ...failures, ...critical.evidence],
  };
}

/**
 * Where `tests.critical` is not set nothing is measured, so that a criterion about it fails, and the
 * evidence says what to set. Where it is set and selects no test, that is a mistake: a failure.
 */
function judgeCritical(
  ports: CommandPorts,
  input: JudgedWork,
  { critical }: TestSettings,
  cases: readonly TestCase[],
): Critical {
  const remedy = say(
    input.run,
    '请在 runsheet.yaml 设置 tests.critical.name（正则）或 tests.critical.marker',
    'Set tests.critical.name (a pattern) or tests.critical.marker in runsheet.yaml',
  );
  if (critical === undefined) {
    const none = say(input.run, '没有测量关键功能测试', 'Critical tests were not measured');
    return { rate: null, evidence: [`${none}: ${remedy}`] };
  }
  const summary = selectCritical(input, cases, critical);
  if (summary.passRate === null) {
    const zh = `tests.critical 没有选中任何测试（共 ${cases.length} 项）。`;
    const en = `tests.critical selects none of the ${cases.length} tests.`;
    throw problem({
      code: 'NO_CRITICAL_TESTS',
      message: say(input.run, zh, en),
      remedy: `${remedy}.`,
    });
  }
  const others = summary.others
    .slice(0, SHOWN_FAILURES)
    .map((each) => `${each.name} (${each.outcome})`);
  const counted = say(
    input.run,
    `关键功能测试 ${summary.selected} 项中 ${summary.passed} 项通过`,
    `${summary.passed} of ${summary.selected} critical tests passed`,
  );
  const detail = line(ports.redact([counted, ...others].join('; ')));
  const rate = { value: summary.passRate, samples: summary.selected, detail };
  return { rate, evidence: [detail] };
}

function selectCritical(
  input: JudgedWork,
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
