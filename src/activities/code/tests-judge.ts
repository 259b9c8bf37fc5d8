/** What a verdict on the tests proves: the pass rate, and that of the critical tests. */

import type { runTests } from '../../actions/code/tests.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import { line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import type { OutcomeOf } from '../implement.ts';
import { wholeOutput } from './project-commands.ts';
import { describeOverwritten } from './reports/run-reports.ts';
import { passRateOf } from './reports/test-summary.ts';
import { noTests } from './tests-reports.ts';
import type { Verdict } from './tests-verdict.ts';

const SHOWN_FAILURES = 3;
const LONGEST_FAILURE = 200;

/** What a run of the tests, and its verification, have proved. */
export type Judged = OutcomeOf<typeof runTests>;
type Critical = Pick<Judged, 'evidence'> & {
  readonly rate: Judged['facts']['tests.critical_pass_rate'];
};

interface JudgedWork {
  readonly run: RunRef;
}

/** @throws ApplicationFailure NO_TESTS where no test ran: an empty report is no pass */
export function requireTests(
  input: JudgedWork,
  verdict: Pick<Verdict, 'passed' | 'failed' | 'errors' | 'skipped'>,
): void {
  if (passRateOf(verdict) !== null) return;
  const zh = `报告中没有执行任何测试（跳过 ${verdict.skipped} 项）`;
  const en = `the report holds no test that ran (${verdict.skipped} skipped)`;
  throw noTests(input, { zh, en });
}

/**
 * The facts of a verdict; the same ones whenever it is asked.
 * @throws ApplicationFailure NO_TESTS, and NO_CRITICAL_TESTS where tests.critical selects none
 */
export function judge(input: JudgedWork, verdict: Verdict): Judged {
  requireTests(input, verdict);
  const ran = verdict.passed + verdict.failed + verdict.errors;
  const counts = countsOf(input, verdict, ran);
  const failures = verdict.failures.slice(0, SHOWN_FAILURES).map(describeFailure);
  const detail = [counts, ...troubleIn(input, verdict, failures)].join('; ');
  const critical = judgeCritical(input, verdict);
  return {
    facts: {
      'tests.pass_rate': { value: (verdict.passed * 100) / ran, samples: ran, detail },
      'tests.critical_pass_rate': critical.rate,
    },
    evidence: [
      counts,
      ...failures,
      ...unlistedIn(input, verdict),
      ...describeOverwritten(input.run, verdict.overwritten),
      ...critical.evidence,
    ],
  };
}

function describeFailure({ name, message }: Verdict['failures'][number]): string {
  const text = message === '' ? name : `${name}: ${message}`;
  return line(`✗ ${text.length <= LONGEST_FAILURE ? text : `${text.slice(0, LONGEST_FAILURE)}…`}`);
}

/** For whoever reads why a step failed: which tests, how the command ended, how to see the rest. */
function troubleIn(
  input: JudgedWork,
  { failed, errors, ran: { exitCode, log } }: Verdict,
  failures: readonly string[],
): readonly string[] {
  const rest = failed + errors - failures.length;
  if (failed + errors === 0) return [];
  return [
    ...failures,
    ...(rest === 0 ? [] : [`+${rest}`]),
    say(input.run, `退出码 ${exitCode}`, `exit code ${exitCode}`),
    wholeOutput(input, log),
  ];
}

function countsOf({ run }: JudgedWork, verdict: Verdict, ran: number): string {
  const { passed, failed, errors, skipped, flaky, files } = verdict;
  const zh = `${ran} 项中 ${passed} 项通过，失败 ${failed}，错误 ${errors}，跳过 ${skipped}`;
  const en = `${passed} of ${ran} passed, ${failed} failed, ${countedEn(errors, 'error')}, ${skipped} skipped`;
  const again =
    flaky === 0 ? { zh: '', en: '' } : { zh: `，重跑后才通过 ${flaky}`, en: `, ${flaky} flaky` };
  return say(
    run,
    `${zh}${again.zh}（${files.length} 个报告文件）`,
    `${en}${again.en} (${files.length} report files)`,
  );
}

function unlistedIn({ run }: JudgedWork, { unlisted }: Verdict): readonly string[] {
  return unlisted.slice(0, SHOWN_FAILURES).map(({ file, suite, kind, count, message }) => {
    const words = {
      failed: [
        `${count} 项失败或错误没有对应的测试`,
        `${count} failures or errors that belong to no listed test`,
      ],
      lost: [
        `${count} 项测试没有列出，按错误计`,
        `${count} tests that are counted and not listed, taken as errors`,
      ],
      skipped: [
        `${count} 项跳过的测试没有列出名称，无法判断其中是否有关键功能测试`,
        `${count} skipped tests without a name: nobody can tell whether a critical one is among them`,
      ],
    } as const;
    const [zh, en] = words[kind];
    const where = suite === '' ? file : `${file} (${suite})`;
    const said = message === '' ? '' : `: ${message}`;
    return line(say(run, `${where}：${zh}${said}`, `${where}: ${en}${said}`));
  });
}

/**
 * Where `tests.critical` is not set nothing is measured, so that a criterion about it fails, and the
 * evidence says what to set. Where it is set and selects no test, that is a mistake: a failure.
 */
function judgeCritical({ run }: JudgedWork, { critical, ...verdict }: Verdict): Critical {
  if (critical === null) {
    const none = say(
      run,
      '没有测量关键功能测试：请在 runsheet.yaml 设置 tests.critical.name（正则）或 tests.critical.marker',
      'Critical tests were not measured: Set tests.critical.name (a pattern) or tests.critical.marker in runsheet.yaml',
    );
    return { rate: null, evidence: [none] };
  }
  const named = critical.passed + critical.others;
  if (named === 0) {
    const cases = verdict.passed + verdict.failed + verdict.errors + verdict.skipped;
    throw diagnosed(run, diagnose('NO_CRITICAL_TESTS', 'none', { count: cases }));
  }
  const selected = named + critical.unnamed;
  const others = critical.shown
    .slice(0, SHOWN_FAILURES)
    .map(({ name, outcome, message }) =>
      message === '' ? `${name} (${outcome})` : `${name} (${outcome}): ${message}`,
    );
  const counted = say(
    run,
    `关键功能测试 ${selected} 项中 ${critical.passed} 项通过`,
    `${critical.passed} of ${selected} critical tests passed`,
  );
  const unnamed = say(
    run,
    `其中 ${critical.unnamed} 项没有名称，可能是关键功能测试`,
    `${critical.unnamed} of them without a name, each of which may be a critical one`,
  );
  const detail = line([counted, ...others, ...(critical.unnamed > 0 ? [unnamed] : [])].join('; '));
  const value = (critical.passed * 100) / selected;
  return { rate: { value, samples: selected, detail }, evidence: [detail] };
}
