/**
 * Step 1 of the seed: analysis, style, security scan, dependency audit. Serious: findings of level
 * error. High: security-severity ≥ 7.0, or high and critical in an audit (pip-audit knows no
 * severity: every known vulnerability counts). What was not measured returns no fact, so that its
 * criterion fails: a command set to null, one whose report lists no findings, and a tool that says
 * that it did not look prove nothing.
 */
import { analyze } from '../../actions/code/analyze.ts';
import { lint } from '../../actions/code/lint.ts';
import { audit, scan } from '../../actions/code/security.ts';
import { say } from '../../diagnostics/language.ts';
import type { CommandSettings } from '../../plan/settings.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { implement, type WorkOf } from '../implement.ts';
import {
  byExitCode,
  type Check,
  evidenceOf,
  type Measured,
  readingsOf,
  unmeasured,
  whatToSet,
} from './checks-readings.ts';
import { collect, trustedReport } from './checks-reports.ts';
import { isCrash, isUnexplained, toolFailed } from './exit-code.ts';
import { type CommandPorts, chooseCommand, runInCheckout } from './project-commands.ts';
import { clearReports, describeOverwritten } from './reports/run-reports.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';

type CheckAction = typeof analyze | typeof lint | typeof scan | typeof audit;
type CheckWork = WorkOf<CheckAction>;
type CodePorts = CommandPorts & SourcePorts;

const NO_FINDING = { zh: '报告中的发现不能说明原因', en: 'lists no finding that explains it' };

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
  const globs = command.report === undefined ? [] : [command.report];
  const source = await ports.source.files(input.source.revision);
  const pinned = await trustedReport(input, command, null, () =>
    clearReports(folder, globs, source),
  );
  const ran = await runInCheckout(ports, input, command, folder, progress, { name });
  const failed = (): Error => toolFailed(ports, input, command, ran, NO_FINDING);
  const report = await collect(ports, input, command, pinned, folder, ran, name).catch(
    (error: unknown) => {
      throw isCrash(ran.exitCode) ? failed() : error;
    },
  );
  if (report === null && isCrash(ran.exitCode)) throw failed();
  if (report === null) return byExitCode(ports, input, name, ran);
  const { findings, overwritten } = report;
  const evidence = [
    line(ran.summary),
    ...evidenceOf(input, name, findings).map(ports.redact),
    ...describeOverwritten(input.run, overwritten),
  ];
  if (report.unmeasured !== null) {
    const { zh, en } = report.unmeasured;
    const reason = say(input.run, `没有测量值：${zh}`, `Not measured: ${en}`);
    return unmeasured([line(ports.redact(reason)), ...evidence]);
  }
  if (isUnexplained(ran.exitCode, findings.length)) throw failed();
  return { ...readingsOf(input, name, findings, ran.log), evidence };
}
