/** Runs the commands of runsheet.yaml (or detected ones) in the run's checkout. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunRef, SourcePin } from '../../plan/run.ts';
import type { CommandEnvironment, CommandSettings, ProjectCommand } from '../../plan/settings.ts';
import type { CommandResult } from '../../ports/command-runner.ts';
import type { Ports } from '../../ports/ports.ts';
import { type Progress } from '../context.ts';
import { duration, lastLines, tellingLine } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { keepOutput } from '../run/kept-output.ts';
import { type CommandName, detectCommand } from './detect.ts';
import { givenEnvironment } from './given-environment.ts';

export interface CommandPorts extends Pick<Ports, 'commands' | 'artifacts' | 'source' | 'secrets'> {
  /** Takes secrets out of what a command printed. */
  readonly redact: (text: string) => string;
}

/** An action that runs commands in the checkout. */
export interface CheckoutWork {
  readonly run: RunRef;
  readonly step: number;
  readonly source: SourcePin;
  readonly checkout?: string;
}

export interface Chosen {
  readonly command: ProjectCommand;
  /** One line of evidence: where the command came from. */
  readonly from: string;
}

const DEFAULT_TIMEOUT_SECONDS = 900;

/**
 * The command for a name: the project's, or the detected one, whose packages are installed first.
 * @returns null, with the reason, where there is nothing to run
 */
export async function chooseCommand(
  ports: CommandPorts,
  input: CheckoutWork,
  commands: CommandSettings,
  name: CommandName,
  folder: string,
  progress: Progress,
): Promise<Chosen | { readonly command: null; readonly reason: string }> {
  const configured = commands[name];
  if (configured === null) {
    const zh = `runsheet.yaml 的 commands.${name} 为空：不执行`;
    return { command: null, reason: say(input.run, zh, `commands.${name} is null: nothing to do`) };
  }
  const { environment = {} } = commands;
  if (configured !== undefined)
    return { command: { ...configured, environment }, from: `commands.${name}` };
  const detected = await detectCommand(name, folder, ports.commands);
  if (detected === null) {
    const zh = `runsheet.yaml 没有 commands.${name}，也没有识别出可用的工具`;
    const en = `commands.${name} is not set in runsheet.yaml, and no tool was detected`;
    return { command: null, reason: say(input.run, zh, en) };
  }
  if (detected.needsPackages) await installPackages(ports, input, environment, folder, progress);
  return { command: { ...detected.command, environment }, from: detected.from };
}

export interface Ran extends CommandResult {
  /** The command that shows the full, redacted output. */
  readonly log: string;
  readonly startedAtMs: number;
  /** One line of evidence: the program, how it ended, how long it took. */
  readonly summary: string;
}

/** How a command's output is kept. */
export interface KeptAs {
  /** What it is called in runsheet.yaml. */
  readonly name: string;
  /** Its file, where the name alone would not do. */
  readonly file?: string;
  /** The batch that it runs for. */
  readonly servers?: readonly string[];
}

/**
 * Runs a command to its end and keeps its redacted output as an artifact.
 * @throws ApplicationFailure COMMAND_ENDED where it was killed or ran out of time: that is no result
 */
export async function runInCheckout(
  ports: CommandPorts,
  input: CheckoutWork,
  command: ProjectCommand,
  folder: string,
  progress: Progress,
  { name, file = name, servers = [] }: KeptAs,
): Promise<Ran> {
  const timeoutSeconds = command.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const startedAtMs = Date.now();
  const given = await givenEnvironment(ports.secrets, command.environment);
  const result = await ports.commands.run({
    argv: command.argv,
    cwd: folder,
    passed: given.passed,
    env: { ...given.values, ...environmentOf(ports, input) },
    timeoutMs: timeoutSeconds * 1_000,
    signal: progress.signal,
    onOutput: (text) => progress.report(ports.redact(text)),
  });
  const program = command.argv.join(' ');
  const text = ports.redact(`$ ${program}\n${result.stdout}\n${result.stderr}\n`);
  const { exitCode, durationMs } = result;
  const about = { step: input.step, name, command: ports.redact(program), servers, startedAtMs };
  const log = await keepOutput(
    ports.artifacts,
    input.run,
    `${input.step}-${file}`,
    { ...about, exitCode, durationMs },
    text,
  );
  progress.signal.throwIfAborted();
  if (result.endedBy !== 'exit') throw ended(input, program, result, timeoutSeconds, log);
  const status = say(input.run, `退出码 ${result.exitCode}`, `exit code ${result.exitCode}`);
  const summary = ports.redact(`${program}: ${status}, ${duration(result.durationMs)}`);
  return { ...result, log, startedAtMs, summary };
}

/** The first error and the end of what a command printed, for a failure's message. */
export function excerptOf(ports: CommandPorts, result: CommandResult): string {
  const text = ports.redact(result.stderr.trim() === '' ? result.stdout : result.stderr);
  const [first, last] = [tellingLine(text), lastLines(text, 5)];
  return [...(last.includes(first) ? [] : [first, '…']), ...last].join(' | ');
}

/** Where a command did not pass: its first error, and how to see the rest. */
export function troubleOf(
  ports: CommandPorts,
  input: { readonly run: RunRef },
  result: Pick<Ran, 'stdout' | 'stderr' | 'log'>,
): string {
  const text = ports.redact(result.stderr.trim() === '' ? result.stdout : result.stderr);
  const telling = tellingLine(text);
  return `${telling === '' ? '' : `${telling}; `}${wholeOutput(input, result.log)}`;
}

/** @param log the command that shows it */
export function wholeOutput({ run }: { readonly run: RunRef }, log: string): string {
  return say(run, `完整输出：\`${log}\``, `whole output: \`${log}\``);
}

function environmentOf(
  { source }: CommandPorts,
  input: CheckoutWork,
): Readonly<Record<string, string>> {
  return {
    CI: 'true',
    // Of a plain folder git would look for a repository around it.
    GIT_CEILING_DIRECTORIES: source.checkoutsFolder,
    RUNSHEET_SERVICE: input.run.service,
    RUNSHEET_ENVIRONMENT: input.run.environment,
    RUNSHEET_VERSION: input.run.version,
    RUNSHEET_REVISION: input.source.revision,
  };
}

async function installPackages(
  ports: CommandPorts,
  input: CheckoutWork,
  environment: CommandEnvironment,
  folder: string,
  progress: Progress,
): Promise<void> {
  const command = { argv: ['npm', 'ci', '--no-audit', '--no-fund'], environment };
  const ran = await runInCheckout(ports, input, command, folder, progress, { name: 'npm-ci' });
  if (ran.exitCode === 0) return;
  const named = { exitCode: String(ran.exitCode), said: excerptOf(ports, ran), log: ran.log };
  const diagnostic = diagnose('PACKAGES_NOT_INSTALLED', 'npm', named);
  throw diagnosed(input.run, diagnostic, { retryable: true });
}

function ended(
  input: CheckoutWork,
  program: string,
  result: CommandResult,
  timeoutSeconds: number,
  log: string,
): Error {
  return diagnosed(
    input.run,
    result.endedBy === 'timeout'
      ? diagnose('COMMAND_TIMEOUT', 'late', { program, seconds: timeoutSeconds, log })
      : diagnose('COMMAND_ENDED', 'signal', { program, log }),
  );
}
