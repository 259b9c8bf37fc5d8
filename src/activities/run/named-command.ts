/** A command of `actions:` in runsheet.yaml by its name, and how it is run: in the checkout, or on a server. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ProjectAction, ProjectSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import { type CommandPorts, runInCheckout, troubleOf } from '../code/project-commands.ts';
import { ensureCheckout, type InCheckout, type SourcePorts } from '../code/source.ts';
import type { Progress } from '../context.ts';
import { duration, lastLine, lastLines, line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { fill, placeholderValues } from '../servers/render.ts';
import { keepOutput } from './kept-output.ts';

type Actions = ProjectSettings['actions'];

export interface NamedCommand {
  /** For people. */
  readonly name: string;
  readonly action: ProjectAction;
  /** Where it stands, for messages. */
  readonly place: string;
  /** Names its log file without the phrase, which may hold any character. */
  readonly log: string;
}

export type CheckoutPorts = CommandPorts & SourcePorts;
export type OnServerPorts = CommandPorts & Pick<Ports, 'hosts'>;

/** What it is run for. */
interface OfStep {
  readonly run: RunRef;
  readonly step: number;
}

type Values = Readonly<Record<string, string>>;

const SHOWN_LINES = 3;
/** Of what a command prints on a server, in the artifact: the first and the last half. */
const LOG_BYTES = 8 * 1024 * 1024;

/** @throws ApplicationFailure UNKNOWN_TASK where there is none of that name */
export function commandOf(run: RunRef, name: string, actions: Actions): NamedCommand {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const names = Object.keys(actions);
  if (action !== undefined) {
    return { name, action, place: `actions.${name}.run`, log: `action-${names.indexOf(name) + 1}` };
  }
  const known = names.length === 0 ? { zh: '无', en: 'none' } : names;
  throw diagnosed(
    run,
    diagnose('UNKNOWN_TASK', 'inProject', { task: JSON.stringify(name), known }),
  );
}

/** Whether it runs in the checkout. */
export function isHere({ action: { on } }: NamedCommand): boolean {
  return on === 'worker' || on === 'each-batch';
}

/** Of work that another kind of worker does. */
export function elsewhere(run: RunRef, activity: string): Error {
  return diagnosed(run, diagnose('FORGED_INPUT', 'role', { activity }));
}

export interface CheckoutCommand extends OfStep, InCheckout {
  readonly servers: readonly string[];
}

/** @throws ApplicationFailure COMMAND_ENDED | COMMAND_TIMEOUT */
export async function runHere(
  ports: CheckoutPorts,
  input: CheckoutCommand,
  command: NamedCommand,
  progress: Progress,
  more: Values = {},
): Promise<{
  readonly ok: boolean;
  readonly detail: string;
  readonly evidence: readonly string[];
}> {
  const { name, action, log } = command;
  const folder = await ensureCheckout(ports, input);
  const { version, environment, service } = input.run;
  const { revision } = input.source;
  const filled = filledIn(input, command, { version, environment, service, revision, ...more });
  const [first = ''] = input.servers;
  const kept =
    action.on === 'each-batch'
      ? { name, file: `${log}-${first}`, servers: input.servers }
      : { name, file: log };
  const ran = await runInCheckout(ports, input, filled, folder, progress, kept);
  const shown = lastLines(ports.redact(`${ran.stdout}\n${ran.stderr}`), SHOWN_LINES);
  const ok = ran.exitCode === 0;
  const trouble = ok ? '' : `; ${troubleOf(ports, input, ran)}`;
  const detail = `${line(`${name}: ${ran.summary}`)}${trouble}`;
  return { ok, detail, evidence: [line(ran.summary), ...shown] };
}

/** @returns whether it has ended with 0, and a line about it */
export async function runOn(
  ports: OnServerPorts,
  input: OfStep,
  command: NamedCommand,
  server: string,
  progress: Progress,
  more: Values = {},
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const { name, action, log: file } = command;
  progress.report(`${server}: ${name}`);
  const startedAtMs = Date.now();
  const host = ports.hosts.get(server);
  const values = placeholderValues({ run: input.run, server }, host.servicePort);
  const { argv } = filledIn(input, command, { ...values, ...more });
  const result = await host.exec(argv, {
    timeoutMs: action.timeoutSeconds * 1_000,
    signal: progress.signal,
    keepBytes: LOG_BYTES,
    onOutput: (chunk) => progress.report(ports.redact(chunk.toString('utf8'))),
  });
  progress.signal.throwIfAborted();
  const output = ports.redact(`${result.stdout}\n${result.stderr}`);
  const durationMs = Date.now() - startedAtMs;
  const shown = ports.redact(argv.join(' '));
  const log = await keepOutput(
    ports.artifacts,
    input.run,
    `${input.step}-${file}-${server}`,
    {
      step: input.step,
      name,
      command: shown,
      servers: [server],
      startedAtMs,
      durationMs,
      exitCode: result.exitCode,
    },
    `$ ${shown}\n${output}\n`,
  );
  const code = result.exitCode ?? say(input.run, '无（被终止）', 'none (it was ended)');
  const status = say(input.run, `退出码 ${code}`, `exit code ${code}`);
  const took = duration(durationMs);
  const ok = result.exitCode === 0;
  const said = ok
    ? lastLine(output)
    : troubleOf(ports, input, { ...result, log: `${log} --server ${server}` });
  return { ok, text: `${line(`${server}: ${name}: ${status}, ${took}`)}; ${said}` };
}

/** The action with its words filled in, as everywhere in runsheet.yaml. */
function filledIn(input: OfStep, { action, place }: NamedCommand, values: Values): ProjectAction {
  const argv = action.argv.map((part) => fill(input, part, values, place));
  return { ...action, argv };
}
