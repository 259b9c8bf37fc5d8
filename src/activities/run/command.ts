/** The project's own phrases: `actions:` in runsheet.yaml, on the worker or on servers. */

import { projectCommand } from '../../actions/run/command.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ProjectAction, ProjectSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import { type CommandPorts, runInCheckout, troubleOf } from '../code/project-commands.ts';
import { ensureCheckout, type SourcePorts } from '../code/source.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { duration, lastLine, lastLines, line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { implement, type OutcomeOf, type WorkOf } from '../implement.ts';
import { fill, placeholderValues } from '../servers/render.ts';
import { keepOutput } from './kept-output.ts';

type CommandWork = WorkOf<typeof projectCommand>;
type CommandOutcome = OutcomeOf<typeof projectCommand>;
type Actions = ProjectSettings['actions'];

interface NamedCommand {
  readonly name: string;
  readonly action: ProjectAction;
  /** Names its log file without the phrase, which may hold any character. */
  readonly log: string;
}

type CheckoutPorts = CommandPorts & SourcePorts;
type ServerPorts = CommandPorts & Pick<Ports, 'hosts'>;

const SHOWN_LINES = 3;
/** In the one line that a failure shows. */
const TOLD_SERVERS = 3;
/** Of what a command prints on a server, in the artifact: the first and the last half. */
const LOG_BYTES = 8 * 1024 * 1024;

type CommandActivity = Pick<ActionActivities, 'project.command'>;

/** On a worker that builds, in the checkout. The command decides by its exit code: 0 has passed. */
export function createCheckoutCommand(ports: CheckoutPorts): CommandActivity {
  return implement(projectCommand, (work, actions) =>
    withHeartbeat((progress) => {
      const command = commandOf(work, actions);
      if (!isHere(command)) throw elsewhere(work);
      return runHere(ports, work, command, progress);
    }),
  );
}

/** On servers, by a worker that has their keys and runs nothing of the project itself. */
export function createServerCommand(ports: ServerPorts): CommandActivity {
  return implement(projectCommand, (work, actions) =>
    withHeartbeat((progress) => {
      const command = commandOf(work, actions);
      if (isHere(command)) throw elsewhere(work);
      return runOnServers(ports, work, command, progress);
    }),
  );
}

function isHere({ action: { on } }: NamedCommand): boolean {
  return on === 'worker' || on === 'each-batch';
}

function elsewhere({ run }: CommandWork): Error {
  return diagnosed(run, diagnose('FORGED_INPUT', 'role', { activity: projectCommand.id }));
}

function commandOf({ run, settings }: CommandWork, actions: Actions): NamedCommand {
  const { name } = settings;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action !== undefined) {
    return { name, action, log: `action-${Object.keys(actions).indexOf(name) + 1}` };
  }
  const names = Object.keys(actions);
  const known = names.length === 0 ? { zh: '无', en: 'none' } : names;
  throw diagnosed(
    run,
    diagnose('UNKNOWN_TASK', 'inProject', { task: JSON.stringify(name), known }),
  );
}

async function runHere(
  ports: CheckoutPorts,
  input: CommandWork,
  { name, action, log }: NamedCommand,
  progress: Progress,
): Promise<CommandOutcome> {
  const folder = await ensureCheckout(ports, input);
  const { version, environment, service } = input.run;
  const { revision } = input.source;
  const filled = filledIn(input, name, action, { version, environment, service, revision });
  const [first = ''] = input.servers;
  const kept =
    action.on === 'each-batch'
      ? { name, file: `${log}-${first}`, servers: input.servers }
      : { name, file: log };
  const ran = await runInCheckout(ports, input, filled, folder, progress, kept);
  const shown = lastLines(ports.redact(`${ran.stdout}\n${ran.stderr}`), SHOWN_LINES);
  const passed = ran.exitCode === 0;
  const trouble = passed ? '' : `; ${troubleOf(ports, input, ran)}`;
  const detail = `${line(`${name}: ${ran.summary}`)}${trouble}`;
  return outcome(passed, detail, [line(ran.summary), ...shown]);
}

/** On the server that the interpreter names; without one, on the first or on each. */
async function runOnServers(
  ports: ServerPorts,
  input: CommandWork,
  command: NamedCommand,
  progress: Progress,
): Promise<CommandOutcome> {
  const results: { readonly ok: boolean; readonly text: string }[] = [];
  for (const server of targetsOf(input, command.action))
    results.push(await runOn(ports, input, command, server, progress));
  const ok = results.length > 0 && results.every((each) => each.ok);
  const evidence = results.map((each) => each.text);
  // Those that did not pass first: they say why.
  const told = results.toSorted((a, b) => Number(a.ok) - Number(b.ok)).slice(0, TOLD_SERVERS);
  const rest = results.length - told.length;
  const detail = told.map((each) => each.text).join('; ');
  return outcome(ok, rest === 0 ? detail : `${detail}; +${rest}`, evidence);
}

function targetsOf(input: CommandWork, action: ProjectAction): readonly string[] {
  if (input.server !== undefined) return [input.server];
  return action.on === 'first-server' ? input.servers.slice(0, 1) : input.servers;
}

async function runOn(
  ports: ServerPorts,
  input: CommandWork,
  { name, action, log: file }: NamedCommand,
  server: string,
  progress: Progress,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  progress.report(`${server}: ${name}`);
  const startedAtMs = Date.now();
  const host = ports.hosts.get(server);
  const values = placeholderValues({ run: input.run, server }, host.servicePort);
  const { argv } = filledIn(input, name, action, values);
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
function filledIn(
  input: CommandWork,
  name: string,
  action: ProjectAction,
  values: Readonly<Record<string, string>>,
): ProjectAction {
  const argv = action.argv.map((part) => fill(input, part, values, `actions.${name}.run`));
  return { ...action, argv };
}

function outcome(value: boolean, detail: string, evidence: readonly string[]): CommandOutcome {
  return { facts: { 'command.passed': { value, detail } }, evidence };
}
