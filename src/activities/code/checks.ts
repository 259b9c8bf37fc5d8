/**
 * Step 1 of the seed: analysis, style, security scan, dependency audit. Serious: findings of level
 * error. High: security-severity ≥ 7.0, or high and critical in an audit (pip-audit knows no
 * severity: every known vulnerability counts). What was not measured returns no fact, so that its
 * criterion fails: a command set to null, or one whose report lists no findings, proves nothing.
 */
import { analyze } from '../../actions/code/analyze.ts';
import { lint } from '../../actions/code/lint.ts';
import { audit, scan } from '../../actions/code/security.ts';
import type { Reading } from '../../actions/define.ts';
import type { CommandSettings, ProjectCommand } from '../../plan/settings.ts';
import { type Progress, say, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { problem } from '../failures.ts';
import { implement, type WorkOf } from '../implement.ts';
import {
  type CommandPorts,
  chooseCommand,
  excerptOf,
  type Ran,
  runInCheckout,
} from './project-commands.ts';
import { describeFindings, type Finding, ReportError } from './reports/finding.ts';
import { readFindings } from './reports/findings.ts';
import { findReports, isFresh, readReport, removeReports } from './reports/report-files.ts';
import { trusted } from './reports/trusted.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';

type CheckAction = typeof analyze | typeof lint | typeof scan | typeof audit;
type CheckWork = WorkOf<CheckAction>;

/** Everything that a check may measure; each action returns the part that is its own. */
interface Measured {
  readonly serious: Reading<number> | null;
  readonly style: Reading<boolean> | null;
  readonly high: Reading<number> | null;
  readonly evidence: readonly string[];
}

type Check = 'analyze' | 'lint' | 'scan' | 'audit';
type CodePorts = CommandPorts & SourcePorts;

const SHOWN_FINDINGS = 3;

export function createCheckActivities(ports: CodePorts): Pick<ActionActivities, CheckAction['id']> {
  const check = (name: Check, work: CheckWork, commands: CommandSettings): Promise<Measured> =>
    withHeartbeat((progress) => runCheck(ports, work, commands, name, progress));
  return {
    ...implement(analyze, async (work, commands) => {
      const { serious, evidence } = await check('analyze', work, commands);
      return { facts: { 'code.serious_findings': serious }, evidence };
    }),
    ...implement(lint, async (work, commands) => {
      const { serious, style, evidence } = await check('lint', work, commands);
      return { facts: { 'code.serious_findings': serious, 'code.style_ok': style }, evidence };
    }),
    ...implement(scan, async (work, commands) => {
      const { high, evidence } = await check('scan', work, commands);
      return { facts: { 'security.high_findings': high }, evidence };
    }),
    ...implement(audit, async (work, commands) => {
      const { high, evidence } = await check('audit', work, commands);
      return { facts: { 'security.high_findings': high }, evidence };
    }),
  };
}

async function runCheck(
  ports: CodePorts,
  input: CheckWork,
  commands: CommandSettings,
  name: Check,
  progress: Progress,
): Promise<Measured> {
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, commands, name, folder, progress);
  if (chosen.command === null) return unmeasured([chosen.reason, whatToSet(input, name)]);
  const { command } = chosen;
  const reports = command.report === undefined ? [] : [command.report];
  await guard(input, command, null, () => removeReports(folder, reports));
  const ran = await runInCheckout(ports, input, command, folder, progress, `${input.step}-${name}`);
  if (ran.exitCode === 126 || ran.exitCode === 127) throw crashed(ports, command, ran);
  const found = await collect(ports, input, command, folder, ran, name);
  if (found === null) return byExitCode(input, name, ran);
  if (found.length === 0 && ran.exitCode !== 0) throw crashed(ports, command, ran);
  return {
    ...readingsOf(input, name, found),
    evidence: [line(ran.summary), ...evidenceOf(input, name, found).map(ports.redact)],
  };
}

function unmeasured(evidence: readonly string[]): Measured {
  return { serious: null, style: null, high: null, evidence };
}

/** The findings of this very run, kept as artifacts; null where the command has no report that lists any. */
async function collect(
  ports: CodePorts,
  input: CheckWork,
  command: ProjectCommand,
  folder: string,
  ran: Ran,
  name: Check,
): Promise<readonly Finding[] | null> {
  const { format, report } = command;
  if (format === undefined) return null;
  return guard(input, command, ran, async () => {
    const texts = report === undefined ? [printed(ran)] : await freshTexts(folder, report, ran);
    const findings = texts.flatMap((text) => readFindings(format, text));
    for (const [index, text] of texts.entries()) {
      const file = `reports/${input.step}-${name}-${index + 1}.json`;
      await ports.artifacts.write(input.run.requestId, file, ports.redact(text));
    }
    return findings;
  });
}

function printed(ran: Ran): string {
  if (!ran.truncated) return ran.stdout;
  throw new ReportError('the report on standard output is too long; let the tool write a file');
}

async function freshTexts(folder: string, report: string, ran: Ran): Promise<readonly string[]> {
  const files = await findReports(folder, [report]);
  if (files.length === 0) throw new ReportError(`it wrote no report ${report}`);
  const old = files.find((file) => !isFresh(file, ran.startedAtMs));
  if (old !== undefined) throw new ReportError(`the report ${old.path} is older than this run`);
  return Promise.all(files.map((file) => readReport(folder, file.path)));
}

/**
 * Without a report an exit code proves style, and nothing else: 0 says that no rule is broken, any
 * other that something is, counted as one serious finding, since nobody can tell what it was.
 */
function byExitCode(input: CheckWork, name: Check, ran: Ran): Measured {
  const detail = line(ran.summary);
  if (name !== 'lint') return unmeasured([detail, whatToSet(input, name)]);
  const isClean = ran.exitCode === 0;
  const serious = { value: isClean ? 0 : 1, detail };
  return { serious, style: { value: isClean, detail }, high: null, evidence: [detail] };
}

function readingsOf(
  input: CheckWork,
  name: Check,
  findings: readonly Finding[],
): Omit<Measured, 'evidence'> {
  const deciding = decidingOf(name, findings);
  const [first] = describeFindings(deciding, 1);
  const text = [countLine(input, findings), ...(first === undefined ? [] : [first])].join('; ');
  const detail = line(text);
  const counted = { value: deciding.length, samples: findings.length, detail };
  const isSecurity = name === 'scan' || name === 'audit';
  return {
    serious: isSecurity ? null : counted,
    style: name === 'lint' ? { value: deciding.length === 0, detail } : null,
    high: isSecurity ? counted : null,
  };
}

function decidingOf(name: Check, findings: readonly Finding[]): readonly Finding[] {
  const security = name === 'scan' || name === 'audit';
  return findings.filter((each) => (security ? each.high : each.level === 'error'));
}

function evidenceOf(input: CheckWork, name: Check, findings: readonly Finding[]): string[] {
  const deciding = describeFindings(decidingOf(name, findings), SHOWN_FINDINGS);
  return [countLine(input, findings), ...deciding].map(line);
}

function countLine(input: CheckWork, findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number =>
    findings.filter((each) => each.level === level).length;
  const high = findings.filter((each) => each.high).length;
  return say(
    input.run,
    `${findings.length} 项发现：错误 ${count('error')}，警告 ${count('warning')}，高危 ${high}`,
    `${findings.length} findings: ${count('error')} errors, ${count('warning')} warnings, ${high} high`,
  );
}

function whatToSet(input: CheckWork, name: Check): string {
  return say(
    input.run,
    `没有测量值：请在 runsheet.yaml 的 commands.${name} 中设置会列出问题的报告（format: sarif、eslint、npm-audit 或 pip-audit）`,
    `Not measured: give commands.${name} in runsheet.yaml a report that lists findings (format: sarif, eslint, npm-audit or pip-audit)`,
  );
}

/** A report that cannot be trusted fails the check, and says which and why. */
function guard<T>(
  input: CheckWork,
  command: ProjectCommand,
  ran: Ran | null,
  work: () => Promise<T>,
): Promise<T> {
  const settings = { zh: '该命令的 report 和 format', en: "the command's report and format" };
  return trusted(input, { code: 'BAD_REPORT', about: command.argv.join(' '), ran, settings }, work);
}

function crashed(ports: CodePorts, command: ProjectCommand, ran: Ran): Error {
  return problem({
    code: 'TOOL_FAILED',
    message: `${command.argv.join(' ')} ended with ${ran.exitCode} and lists no finding: ${excerptOf(ports, ran)}`,
    remedy: `See ${ran.log}.`,
  });
}
