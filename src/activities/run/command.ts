/** The project's own phrases: `actions:` in runsheet.yaml, on the worker or on servers. */

import { projectCommand } from '../../actions/run/command.ts';
import type { ProjectAction } from '../../plan/settings.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { implement, type OutcomeOf, type WorkOf } from '../implement.ts';
import {
  type CheckoutPorts,
  commandOf,
  elsewhere,
  isHere,
  type NamedCommand,
  type OnServerPorts,
  runHere,
  runOn,
} from './named-command.ts';

type CommandWork = WorkOf<typeof projectCommand>;
type CommandOutcome = OutcomeOf<typeof projectCommand>;

/** In the one line that a failure shows. */
const TOLD_SERVERS = 3;

type CommandActivity = Pick<ActionActivities, 'project.command'>;

/** On a worker that builds, in the checkout. The command decides by its exit code: 0 has passed. */
export function createCheckoutCommand(ports: CheckoutPorts): CommandActivity {
  return implement(projectCommand, (work, actions) =>
    withHeartbeat(async (progress) => {
      const command = commandOf(work.run, work.settings.name, actions);
      if (!isHere(command)) throw elsewhere(work.run, projectCommand.id);
      const { ok, detail, evidence } = await runHere(ports, work, command, progress);
      return outcome(ok, detail, evidence);
    }),
  );
}

/** On servers, by a worker that has their keys and runs nothing of the project itself. */
export function createServerCommand(ports: OnServerPorts): CommandActivity {
  return implement(projectCommand, (work, actions) =>
    withHeartbeat((progress) => {
      const command = commandOf(work.run, work.settings.name, actions);
      if (isHere(command)) throw elsewhere(work.run, projectCommand.id);
      return runOnServers(ports, work, command, progress);
    }),
  );
}

/** On the server that the interpreter names; without one, on the first or on each. */
async function runOnServers(
  ports: OnServerPorts,
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

function outcome(value: boolean, detail: string, evidence: readonly string[]): CommandOutcome {
  return { facts: { 'command.passed': { value, detail } }, evidence };
}
