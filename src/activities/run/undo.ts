/** project.undo: takes back what an action of the project did, where it did it. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ActionResult } from '../../plan/run.ts';
import { withHeartbeat } from '../context.ts';
import type { ProjectActivities, UndoCommandInput } from '../contract.ts';
import { diagnosed } from '../failures.ts';
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

const ID = 'project.undo';
/** As a version that was ever deployed: it becomes a word of a command. */
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;

/** On a worker that builds, in the checkout. */
export function createCheckoutUndo(ports: CheckoutPorts): ProjectActivities {
  return {
    [ID]: (input) =>
      withHeartbeat(async (progress) => {
        const command = undoOf(input);
        if (!isHere(command)) throw elsewhere(input.run, ID);
        const { source } = input;
        if (source === undefined) {
          const { version } = input.run;
          throw diagnosed(input.run, diagnose('SOURCE_NOT_RESOLVED', 'version', { version }));
        }
        const told = { ...input, source };
        const { ok, detail, evidence } = await runHere(
          ports,
          told,
          command,
          progress,
          namesOf(input),
        );
        return resultOf(input, ok, detail, evidence);
      }),
  };
}

/** On a server, by a worker that has its key. */
export function createServerUndo(ports: OnServerPorts): ProjectActivities {
  return {
    [ID]: (input) =>
      withHeartbeat(async (progress) => {
        const command = undoOf(input);
        const { server } = input;
        if (isHere(command) || server === undefined) throw elsewhere(input.run, ID);
        const { ok, text } = await runOn(ports, input, command, server, progress, namesOf(input));
        return resultOf(input, ok, text, [text]);
      }),
  };
}

/** @throws ApplicationFailure UNKNOWN_TASK where the action, or its undo, is not there */
function undoOf({ run, settings, project }: UndoCommandInput): NamedCommand {
  const all = project.actions ?? {};
  const undoable = Object.fromEntries(Object.entries(all).filter(([, each]) => each.undo));
  const name = String(settings['name']);
  const { action } = commandOf(run, name, undoable);
  const { log } = commandOf(run, name, all);
  const place = `actions.${name}.undo`;
  return {
    name: `↩ ${name}`,
    action: { ...action, ...action.undo },
    place,
    log: `${log}-undo`,
  };
}

/** Beside the names that `run` may hold. @throws ApplicationFailure FORGED_INPUT where it is no version */
function namesOf({ run, previousVersion }: UndoCommandInput): Readonly<Record<string, string>> {
  if (previousVersion !== null && !VERSION.test(previousVersion)) {
    throw diagnosed(run, diagnose('FORGED_INPUT', 'changed', { activity: ID }));
  }
  return { previous_version: previousVersion ?? '' };
}

/** @throws ApplicationFailure UNDO_FAILED where it did not end with 0 */
function resultOf(
  { run }: UndoCommandInput,
  ok: boolean,
  detail: string,
  evidence: readonly string[],
): ActionResult {
  if (ok) return { facts: [], evidence };
  throw diagnosed(run, diagnose('UNDO_FAILED', 'exit', { said: detail }), { retryable: true });
}
