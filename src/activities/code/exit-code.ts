/** What an exit code says of a tool whose report has been read. */

import { constants } from 'node:os';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ProjectCommand } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import { type CommandPorts, excerptOf, type Ran } from './project-commands.ts';
import type { Words } from './reports/report-error.ts';

const NOT_STARTED = [126, 127];
/** A shell reports a program that a signal ended as 128 and the signal's number. */
const SIGNALS = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, at]) => [128 + at, name]),
);

/** Whether the code says that the tool was not started, or crashed. */
export function isCrash(exitCode: number | null): boolean {
  return exitCode === null || NOT_STARTED.includes(exitCode) || SIGNALS.has(exitCode);
}

/**
 * Whether the tool failed in a way that its report does not show. Tools that end with the number of
 * what they found are believed where the report lists as many.
 * @param found failed tests, or findings
 */
export function isUnexplained(exitCode: number | null, found: number): boolean {
  if (exitCode === 0) return false;
  return found === 0 || (isCrash(exitCode) && found < (exitCode ?? Number.POSITIVE_INFINITY));
}

/** The tool itself failed: what it reported is no result. */
export function toolFailed(
  ports: CommandPorts,
  { run }: { readonly run: RunRef },
  command: ProjectCommand,
  ran: Ran,
  without: Words,
): Error {
  const signal = SIGNALS.get(ran.exitCode ?? 0);
  const code = signal === undefined ? `${ran.exitCode}` : `${ran.exitCode} (${signal})`;
  const program = ports.redact(command.argv.join(' '));
  const named = { program, exitCode: code, without, said: excerptOf(ports, ran), log: ran.log };
  return diagnosed(run, diagnose('TOOL_FAILED', 'unexplained', named));
}
