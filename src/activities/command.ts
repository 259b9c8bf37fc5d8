/** The project's own phrases: `actions:` in runsheet.yaml, on the worker or on servers. */
import type { ActionInput, ActionResult, Fact } from '../plan/run.ts';
import type { ProjectAction } from '../plan/settings.ts';
import type { Ports } from '../ports/ports.ts';
import { type Progress, say, withHeartbeat } from './context.ts';
import type { ActionActivities } from './contract.ts';
import { duration, lastLine, lastLines, line } from './evidence.ts';
import { problem } from './failures.ts';
import { type CommandPorts, runInCheckout } from './project-commands.ts';
import { ensureCheckout, type SourcePorts } from './source.ts';

export type CommandActivities = Pick<ActionActivities, 'project.command'>;
type ProjectCommandPorts = CommandPorts & SourcePorts & Pick<Ports, 'hosts'>;

const SHOWN_LINES = 3;
/** Of what a command prints on a server, in the artifact: the first and the last half. */
const LOG_BYTES = 8 * 1024 * 1024;

/** The command decides by its exit code: 0 has passed. */
export function createCommandActivities(ports: ProjectCommandPorts): CommandActivities {
  return {
    'project.command': (input) =>
      withHeartbeat((progress) => {
        const { name, action } = actionOf(input);
        return action.on === 'worker'
          ? runHere(ports, input, name, action, progress)
          : runOnServers(ports, input, name, action, progress);
      }),
  };
}

function actionOf(input: ActionInput): { readonly name: string; readonly action: ProjectAction } {
  const name = input.settings['name'];
  const actions = input.project.actions ?? {};
  if (typeof name === 'string' && Object.hasOwn(actions, name)) {
    const action = actions[name];
    if (action !== undefined) return { name, action };
  }
  throw problem({
    code: 'UNKNOWN_TASK',
    message: `runsheet.yaml has no action ${JSON.stringify(name ?? '')}.`,
    remedy: `Add it under actions; there are: ${Object.keys(actions).join(', ') || 'none'}.`,
  });
}

async function runHere(
  ports: ProjectCommandPorts,
  input: ActionInput,
  name: string,
  action: ProjectAction,
  progress: Progress,
): Promise<ActionResult> {
  const folder = await ensureCheckout(ports, input);
  const log = `${input.step}-action-${indexOf(input, name)}`;
  const ran = await runInCheckout(ports, input, action, folder, progress, log);
  const shown = lastLines(ports.redact(`${ran.stdout}\n${ran.stderr}`), SHOWN_LINES);
  const fact = passed(ran.exitCode === 0, line(ports.redact(`${name}: ${ran.summary}`)));
  return { facts: [fact], evidence: [line(ran.summary), ...shown], artifacts: [ran.log] };
}

/** On the server that the interpreter names; without one, on the first or on each. */
async function runOnServers(
  ports: ProjectCommandPorts,
  input: ActionInput,
  name: string,
  action: ProjectAction,
  progress: Progress,
): Promise<ActionResult> {
  const servers = targetsOf(input, action);
  const results: { readonly ok: boolean; readonly text: string; readonly log: string }[] = [];
  for (const server of servers)
    results.push(await runOn(ports, input, name, action, server, progress));
  const ok = results.length > 0 && results.every((each) => each.ok);
  const evidence = results.map((each) => each.text);
  return {
    facts: [passed(ok, line(evidence.join('; ')))],
    evidence,
    artifacts: results.map((each) => each.log),
  };
}

function targetsOf(input: ActionInput, action: ProjectAction): readonly string[] {
  if (input.server !== undefined) return [input.server];
  return action.on === 'first-server' ? input.servers.slice(0, 1) : input.servers;
}

async function runOn(
  ports: ProjectCommandPorts,
  input: ActionInput,
  name: string,
  action: ProjectAction,
  server: string,
  progress: Progress,
): Promise<{ readonly ok: boolean; readonly text: string; readonly log: string }> {
  progress.report(`${server}: ${name}`);
  const startedAtMs = Date.now();
  const result = await ports.hosts.get(server).exec(action.argv, {
    timeoutMs: action.timeoutSeconds * 1_000,
    signal: progress.signal,
    keepBytes: LOG_BYTES,
    onOutput: (chunk) => progress.report(ports.redact(chunk.toString('utf8'))),
  });
  progress.signal.throwIfAborted();
  const output = ports.redact(`${result.stdout}\n${result.stderr}`);
  const file = `logs/${input.step}-action-${indexOf(input, name)}-${server}.log`;
  const log = await ports.artifacts.write(input.run.requestId, file, output);
  const code = result.exitCode ?? say(input.run, '无（被终止）', 'none (it was ended)');
  const status = say(input.run, `退出码 ${code}`, `exit code ${code}`);
  const took = duration(Date.now() - startedAtMs);
  const text = line(`${server}: ${name}: ${status}, ${took}; ${lastLine(output)}`);
  return { ok: result.exitCode === 0, text, log };
}

/** Names a log file without the phrase, which may hold any character. */
function indexOf(input: ActionInput, name: string): number {
  return Object.keys(input.project.actions ?? {}).indexOf(name) + 1;
}

function passed(value: boolean, detail: string): Fact {
  return { id: 'command.passed', value, detail };
}
