/** The report of a check: found, proven to be its own, read, and copied for people. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ProjectCommand } from '../../plan/settings.ts';
import type { Check } from './checks-readings.ts';
import type { CommandPorts, Ran } from './project-commands.ts';
import type { ToolReport } from './reports/finding.ts';
import { readFindings } from './reports/findings.ts';
import { ReportError } from './reports/report-error.ts';
import {
  nothingWritten,
  type PinnedReports,
  parseReport,
  type RunReports,
  readRunReports,
} from './reports/run-reports.ts';
import { type Trouble, trusted } from './reports/trusted.ts';

interface CheckedWork {
  readonly run: RunRef;
  readonly step: number;
}

export type Collected = ToolReport & Pick<RunReports, 'overwritten'>;

/**
 * The findings of this very run, kept as artifacts; null where the command has no report that lists
 * any. Where one of several reports has measured nothing, none has.
 * @param pinned the files of the source that the report could be mistaken for
 */
export async function collect(
  ports: CommandPorts,
  input: CheckedWork,
  command: ProjectCommand,
  pinned: PinnedReports,
  folder: string,
  ran: Ran,
  name: Check,
): Promise<Collected | null> {
  const { format, report } = command;
  if (format === undefined) return null;
  return trustedReport(input, command, ran, async () => {
    const { texts, overwritten } =
      report === undefined
        ? { texts: [printed(input, ran)], overwritten: [] }
        : await written(folder, report, pinned, ran);
    for (const [index, { text }] of texts.entries()) {
      const file = `reports/${input.step}-${name}-${index + 1}.json`;
      await ports.artifacts.write(input.run.requestId, file, ports.redact(text));
    }
    const reports = texts.map((each) => parseReport(each, (text) => readFindings(format, text)));
    return {
      findings: reports.flatMap((each) => each.findings),
      unmeasured: reports.map((each) => each.unmeasured).find((each) => each !== null) ?? null,
      overwritten,
    };
  });
}

/** A report that cannot be trusted fails the check, and says which and why. */
export function trustedReport<T>(
  input: CheckedWork,
  command: ProjectCommand,
  ran: Ran | null,
  work: () => Promise<T>,
): Promise<T> {
  const settings = { zh: '该命令的 report 和 format', en: "the command's report and format" };
  const program = command.argv.join(' ');
  const about = { zh: program, en: program };
  const bad = (named: Trouble) => diagnose('BAD_REPORT', 'report', { ...named, program });
  return trusted(input, { bad, about, ran, settings }, work);
}

function printed({ run }: CheckedWork, ran: Ran): RunReports['texts'][number] {
  if (!ran.truncated) return { path: say(run, '标准输出', 'standard output'), text: ran.stdout };
  throw new ReportError({
    zh: '标准输出上的报告太长，请让工具写到文件',
    en: 'the report on standard output is too long; let the tool write a file',
  });
}

async function written(
  folder: string,
  report: string,
  pinned: PinnedReports,
  ran: Ran,
): Promise<Pick<RunReports, 'texts' | 'overwritten'>> {
  const reports = await readRunReports(folder, [report], pinned, ran.startedAtMs);
  if (reports.texts.length > 0) return reports;
  throw nothingWritten(
    { zh: `没有写出报告 ${report}`, en: `it wrote no report ${report}` },
    reports,
  );
}
