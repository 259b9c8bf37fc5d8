/** What the findings of a check measure, and how that is said. */
import type { Reading } from '../../actions/define.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import { line } from '../evidence.ts';
import { type CommandPorts, type Ran, troubleOf, wholeOutput } from './project-commands.ts';
import { describeFindings, type Finding } from './reports/finding.ts';

export type Check = 'analyze' | 'lint' | 'scan' | 'audit';
type OfRun = { readonly run: RunRef };

/** Everything that a check may measure; each action returns the part that is its own. */
export interface Measured {
  readonly serious: Reading<number> | null;
  readonly style: Reading<boolean> | null;
  readonly high: Reading<number> | null;
  readonly evidence: readonly string[];
}

const SHOWN_FINDINGS = 3;

export function unmeasured(evidence: readonly string[]): Measured {
  return { serious: null, style: null, high: null, evidence };
}

/**
 * Without a report an exit code proves style, and nothing else: 0 says that no rule is broken, any
 * other that something is, counted as one serious finding, since nobody can tell what it was.
 */
export function byExitCode(ports: CommandPorts, input: OfRun, name: Check, ran: Ran): Measured {
  const isClean = ran.exitCode === 0;
  const trouble = isClean ? '' : `; ${troubleOf(ports, input, ran)}`;
  const detail = `${line(ran.summary)}${trouble}`;
  if (name !== 'lint') return unmeasured([detail, whatToSet(input, name)]);
  const serious = { value: isClean ? 0 : 1, detail };
  return { serious, style: { value: isClean, detail }, high: null, evidence: [detail] };
}

export function readingsOf(
  input: OfRun,
  name: Check,
  findings: readonly Finding[],
  log: string,
): Omit<Measured, 'evidence'> {
  const deciding = decidingOf(name, findings);
  const [first] = describeFindings(deciding, 1);
  const counts = countLine(input, findings);
  const detail =
    first === undefined ? counts : `${line(`${counts}; ${first}`)}; ${wholeOutput(input, log)}`;
  const counted = { value: deciding.length, samples: findings.length, detail };
  const isSecurity = name === 'scan' || name === 'audit';
  return {
    serious: isSecurity ? null : counted,
    style: name === 'lint' ? { value: deciding.length === 0, detail } : null,
    high: isSecurity ? counted : null,
  };
}

/** How many there are, those that decide, and what the tool has left out. */
export function evidenceOf(input: OfRun, name: Check, findings: readonly Finding[]): string[] {
  const deciding = describeFindings(decidingOf(name, findings), SHOWN_FINDINGS);
  const skipped = findings.filter((each) => each.rule === 'skipped');
  const names = describeFindings(skipped, SHOWN_FINDINGS).join('; ');
  const leftOut = say(
    input.run,
    `没有审计的依赖 ${skipped.length} 个：${names}`,
    `Not audited, ${skipped.length} in all: ${names}`,
  );
  return [countLine(input, findings), ...deciding, ...(skipped.length > 0 ? [leftOut] : [])].map(
    line,
  );
}

export function whatToSet(input: OfRun, name: Check): string {
  return say(
    input.run,
    `没有测量值：请在 runsheet.yaml 的 commands.${name} 中设置会列出问题的报告（format: sarif、eslint、npm-audit 或 pip-audit）`,
    `Not measured: give commands.${name} in runsheet.yaml a report that lists findings (format: sarif, eslint, npm-audit or pip-audit)`,
  );
}

function decidingOf(name: Check, findings: readonly Finding[]): readonly Finding[] {
  const security = name === 'scan' || name === 'audit';
  return findings.filter((each) => (security ? each.high : each.level === 'error'));
}

function countLine(input: OfRun, findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number =>
    findings.filter((each) => each.level === level).length;
  const high = findings.filter((each) => each.high).length;
  return say(
    input.run,
    `${findings.length} 项发现：错误 ${count('error')}，警告 ${count('warning')}，高危 ${high}`,
    `${findings.length} findings: ${count('error')} errors, ${count('warning')} warnings, ${high} high`,
  );
}
