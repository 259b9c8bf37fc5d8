/** `actions:` of runsheet.yaml: the project's own phrases, and what takes back what they did. */
import { z } from 'zod';
import type { ProjectAction, ProjectUndo } from '../plan/settings.ts';
import { argv, defined, seconds, text } from './fields.ts';
import { holdsOnly } from './placeholders.ts';
import { fieldProblem } from './schema-messages.ts';

/** What the words of a project's action may hold; `server` and `port` where it runs on servers. */
const ACTION_NAMES = {
  worker: ['version', 'environment', 'service', 'revision'],
  server: ['version', 'environment', 'service', 'server', 'port'],
} as const;
const UNDO_NAMES = ['previous_version'];
const DEFAULT_TIMEOUT = 300;

const undo = z.union(
  [argv, z.strictObject({ run: argv, timeout: seconds.default(DEFAULT_TIMEOUT) })],
  { error: fieldProblem('undoCommand') },
);

type GivenUndo = z.output<typeof undo>;

export const actions = z
  .record(
    text,
    z
      .strictObject({
        run: argv,
        on: z.enum(['worker', 'each-batch', 'each-server', 'first-server']).default('worker'),
        timeout: seconds.default(DEFAULT_TIMEOUT),
        undo: undo.optional(),
        irreversible: z
          .union([z.boolean(), text], { error: fieldProblem('irreversible') })
          .optional(),
      })
      .refine(({ run, on }) => run.every((part) => holdsOnly(part, namesOn(on))), {
        path: ['run'],
        error: fieldProblem('actionName'),
      })
      .refine(({ undo: own, on }) => holdsUndoNames(own, on), {
        path: ['undo'],
        error: fieldProblem('undoName'),
      })
      .refine(({ undo: own, irreversible }) => own === undefined || !isGiven(irreversible), {
        path: ['irreversible'],
        error: fieldProblem('irreversibleWithUndo'),
      })
      .transform(({ run, on, timeout, undo: own, irreversible }) =>
        defined({
          argv: run,
          on,
          timeoutSeconds: timeout,
          undo: undoOf(own),
          irreversible: isGiven(irreversible) ? reasonOf(irreversible) : undefined,
        }),
      ),
  )
  .default({});

function namesOn(on: ProjectAction['on']): readonly string[] {
  return on === 'worker' || on === 'each-batch' ? ACTION_NAMES.worker : ACTION_NAMES.server;
}

function holdsUndoNames(given: GivenUndo | undefined, on: ProjectAction['on']): boolean {
  const words = undoOf(given)?.argv ?? [];
  return words.every((part) => holdsOnly(part, [...namesOn(on), ...UNDO_NAMES]));
}

function undoOf(given: GivenUndo | undefined): ProjectUndo | undefined {
  if (given === undefined) return undefined;
  return 'run' in given
    ? { argv: given.run, timeoutSeconds: given.timeout }
    : { argv: given, timeoutSeconds: DEFAULT_TIMEOUT };
}

function isGiven(irreversible: boolean | string | undefined): irreversible is true | string {
  return irreversible !== undefined && irreversible !== false;
}

function reasonOf(irreversible: true | string): string {
  return irreversible === true ? '' : irreversible;
}
