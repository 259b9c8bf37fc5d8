/**
 * Step 1 of the seed: analysis, style, security scan, dependency audit. Serious: findings of level
 * error. High: security-severity ≥ 7.0, or high and critical in an audit (pip-audit knows no
 * severity: every known vulnerability counts). What was not measured returns no fact, so that its
 * criterion fails: a command set to null, or one whose report lists no findings, proves nothing.
 */
import type { ActionInput, ActionResult, Fact } from '../plan/run.ts';
import type { ProjectCommand } from '../plan/settings.ts';
import { type Progress, say, withHeartbeat } from './context.ts';
import type { ActionActivities } from './contract.ts';
import { line } from './evidence.ts';
import { problem } from './failures.ts';
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

export type CodeActivities = Pick<
  ActionActivities,
  'code.analyze' | 'code.lint' | 'code.scan' | 'code.audit'
>;
type Check = 'analyze' | 'lint' | 'scan' | 'audit';
type CodePorts = CommandPorts & SourcePorts;

const SHOWN_FINDINGS = 3;

export function createCodeActivities(ports: CodePorts): CodeActivities {
  const check = (name: Check) => (input: ActionInput) =>
    withHeartbeat((progress) => runCheck(ports, input, name, progress));
  return {
    'code.analyze': check('analyze'),
    'code.lint': check('lint'),
    'code.scan': check('scan'),
    'code.audit': check('audit'),
  };
}

async function runCheck(
  ports: CodePorts,
  input: ActionInput,
  name: Check,
  progress: Progress,
): Promise<ActionResult> {
  const folder = await ensureCheckout(ports, input);
  const chosen = await chooseCommand(ports, input, name, folder, progress);
  if (chosen.command === null)
    return { facts: [], evidence: [chosen.reason, whatToSet(input, name)] };
  const { command } = chosen;
  const reports = command.report === undefined ? [] : [command.report];
  await guard(input, command, null, () => removeReports(folder, reports));
  const ran = await runInCheckout(ports, input, command, folder, progress, `${input.step}-${name}`);
  if (ran.exitCode === 126 || ran.exitCode === 127) throw crashed(ports, command, ran);
  const found = await collect(ports, input, command, folder, ran, name);
  if (found === null) return byExitCode(input, name, ran);
  if (found.findings.length === 0 && ran.exitCode !== 0) throw crashed(ports, command, ran);
  return {
    facts: factsOf(input, name, found.findings),
    evidence: [line(ran.summary), ...evidenceOf(input, name, found.findings).map(ports.redact)],
    artifacts: [...found.artifacts, ran.log],
  };
}

interface Collected {
  readonly findings: readonly Finding[];
  readonly artifacts: readonly string[];
}

/** The findings of this very run; null where the command has no report that lists any. */
async function collect(
  ports: CodePorts,
  input: ActionInput,
  command: ProjectCommand,
  folder: string,
  ran: Ran,
  name: Check,
): Promise<Collected | null> {
  const { format, report } = command;
  if (format === undefined) return null;
  return guard(input, command, ran, async () => {
    const texts = report === undefined ? [printed(ran)] : await freshTexts(folder, report, ran);
    const findings = texts.flatMap((text) => readFindings(format, text));
    const artifacts: string[] = [];
    for (const [index, text] of texts.entries()) {
      const file = `reports/${input.step}-${name}-${index + 1}.json`;
      artifacts.push(await ports.artifacts.write(input.run.requestId, file, ports.redact(text)));
    }
    return { findings, artifacts };
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
function byExitCode(input: ActionInput, name: Check, ran: Ran): ActionResult {
  const evidence = [line(ran.summary)];
  if (name !== 'lint') {
    return { facts: [], evidence: [...evidence, whatToSet(input, name)], artifacts: [ran.log] };
  }
  const detail = line(ran.summary);
  const serious: Fact = { id: 'code.serious_findings', value: ran.exitCode === 0 ? 0 : 1, detail };
  const style: Fact = { id: 'code.style_ok', value: ran.exitCode === 0, detail };
  return { facts: [serious, style], evidence, artifacts: [ran.log] };
}

function factsOf(input: ActionInput, name: Check, findings: readonly Finding[]): readonly Fact[] {
  const deciding = decidingOf(name, findings);
  const [first] = describeFindings(deciding, 1);
  const text = [countLine(input, findings), ...(first === undefined ? [] : [first])].join('; ');
  const detail = line(text);
  const security = name === 'scan' || name === 'audit';
  const id = security ? 'security.high_findings' : 'code.serious_findings';
  const counted: Fact = { id, value: deciding.length, samples: findings.length, detail };
  if (name !== 'lint') return [counted];
  return [counted, { id: 'code.style_ok', value: deciding.length === 0, detail }];
}

function decidingOf(name: Check, findings: readonly Finding[]): readonly Finding[] {
  const security = name === 'scan' || name === 'audit';
  return findings.filter((each) => (security ? each.high : each.level === 'error'));
}

function evidenceOf(input: ActionInput, name: Check, findings: readonly Finding[]): string[] {
  const deciding = describeFindings(decidingOf(name, findings), SHOWN_FINDINGS);
  return [countLine(input, findings), ...deciding].map(line);
}

function countLine(input: ActionInput, findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number =>
    findings.filter((each) => each.level === level).length;
  const high = findings.filter((each) => each.high).length;
  return say(
    input.run,
    `${findings.length} 项发现：错误 ${count('error')}，警告 ${count('warning')}，高危 ${high}`,
    `${findings.length} findings: ${count('error')} errors, ${count('warning')} warnings, ${high} high`,
  );
}

function whatToSet(input: ActionInput, name: Check): string {
  return say(
    input.run,
    `没有测量值：请在 runsheet.yaml 的 commands.${name} 中设置会列出问题的报告（format: sarif、eslint、npm-audit 或 pip-audit）`,
    `Not measured: give commands.${name} in runsheet.yaml a report that lists findings (format: sarif, eslint, npm-audit or pip-audit)`,
  );
}

/** A report that cannot be trusted fails the check, and says which and why. */
function guard<T>(
  input: ActionInput,
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
