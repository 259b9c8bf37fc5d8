/**
 * Binds an implementation to its definition. An implementation is given what its definition asks for
 * and nothing else: typed settings, each section of `uses` as an argument of its own, and what `needs`
 * promises. A missing section, one too many, an unknown setting or a missing fact do not compile.
 */

import { ApplicationFailure } from '@temporalio/common';
import type {
  ActionSpec,
  ActivitySpec,
  CompensationSpec,
  Reading,
  ReadingsOf,
  SectionsOf,
  SettingsOf,
} from '../actions/define.ts';
import type { OperationId } from '../actions/index.ts';
import type { ResourceId } from '../actions/resources.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type {
  ActionInput,
  ActionResult,
  Fact,
  ImagePin,
  RunRef,
  RunReport,
  ServerBefore,
  SourcePin,
} from '../plan/run.ts';
import type { ProjectSettings } from '../plan/settings.ts';
import type { CompensationInput, FleetActivities, SystemActivities } from './contract.ts';
import { diagnosed } from './failures.ts';

/** What every action is told. */
interface Work {
  readonly run: RunRef;
  readonly step: number;
  /** Scope run: the servers of the run, or of the batch. Scope server: that server alone. */
  readonly servers: readonly string[];
  readonly checkout?: string;
  /** From the lock on, for scope `server`: as the run found the server. */
  readonly before?: ServerBefore;
}

/** What an action is told because of its definition's scope, settings and needs. */
export type WorkOf<A extends ActionSpec> = Work & {
  readonly settings: SettingsOf<A>;
} & (A['scope'] extends 'server' ? { readonly server: string } : { readonly server?: string }) &
  (Needs<A, 'checkout'> extends true ? { readonly source: SourcePin } : unknown) &
  (Needs<A, 'pushed-image' | 'kept-release'> extends true
    ? { readonly image: ImagePin }
    : unknown) &
  (Needs<A, 'report'> extends true ? { readonly report: RunReport } : unknown);

/** Every fact of the definition, lines of evidence, and the pin where it provides the pushed image. */
export type OutcomeOf<A extends ActionSpec> = {
  readonly facts: ReadingsOf<A>;
  /** One or more short lines, bounded to a few hundred characters each. */
  readonly evidence: readonly string[];
} & (Provides<A, 'pushed-image' | 'kept-release'> extends true
  ? { readonly image: ImagePin }
  : unknown);

export type CompensationWork = Omit<CompensationInput, 'project'>;

/** One of these resources. */
type Needs<A extends ActionSpec, R extends ResourceId> =
  Extract<A['needs'][number], R> extends never ? false : true;

type Provides<A extends ActionSpec, R extends ResourceId> =
  Extract<A['provides'][number], R> extends never ? false : true;

/** What does not compile where an implementation takes fewer sections than `uses` lists. */
type TakesAll<D extends ActivitySpec, H> = H extends (...args: infer Args) => unknown
  ? Args['length'] extends [work: unknown, ...SectionsOf<D['uses']>]['length']
    ? unknown
    : { readonly takesTooFewSectionsOf: D['uses'] }
  : never;

/** What does not compile where an implementation returns a fact that its definition does not list. */
type ReturnsOnly<A extends ActionSpec, H> = H extends (
  ...args: never[]
) => Promise<{ readonly facts: infer Facts }>
  ? Exclude<keyof Facts, keyof ReadingsOf<A>> extends never
    ? unknown
    : { readonly returnsUnknownFacts: Exclude<keyof Facts, keyof ReadingsOf<A>> }
  : unknown;

type ActionHandler<A extends ActionSpec> = (
  work: WorkOf<A>,
  ...sections: SectionsOf<A['uses']>
) => Promise<OutcomeOf<A>>;

/** @returns the activity under its action's id */
export function implement<A extends ActionSpec, H extends ActionHandler<A>>(
  action: A,
  handler: H & TakesAll<A, H> & ReturnsOnly<A, H>,
): { readonly [Id in A['id']]: (input: ActionInput) => Promise<ActionResult> } {
  const perform: ActionHandler<A> = handler;
  const activity = async (input: ActionInput): Promise<ActionResult> => {
    const outcome: Outcome = await perform(workOf(action, input), ...sectionsIn(action, input));
    return resultOf(outcome);
  };
  return { [action.id]: activity } as { readonly [Id in A['id']]: typeof activity };
}

/** @returns the activity under its compensation's id */
export function implementCompensation<
  C extends CompensationSpec,
  H extends (
    work: CompensationWork,
    ...sections: SectionsOf<C['uses']>
  ) => Promise<readonly string[]>,
>(
  compensation: C,
  handler: H & TakesAll<C, H>,
): { readonly [Id in C['id']]: (input: CompensationInput) => Promise<ActionResult> } {
  const undo: (
    work: CompensationWork,
    ...sections: SectionsOf<C['uses']>
  ) => Promise<readonly string[]> = handler;
  const activity = async (input: CompensationInput): Promise<ActionResult> => {
    const { project: _, ...work } = input;
    return { facts: [], evidence: await undo(work, ...sectionsIn(compensation, input)) };
  };
  return { [compensation.id]: activity } as { readonly [Id in C['id']]: typeof activity };
}

type Operations = SystemActivities & FleetActivities;
type OperationSpec = ActivitySpec & { readonly id: OperationId };
type InputOf<O extends OperationSpec> = Parameters<Operations[O['id']]>[0];
type OperationHandler<O extends OperationSpec> = (
  work: Omit<InputOf<O>, 'project'>,
  ...sections: SectionsOf<O['uses']>
) => ReturnType<Operations[O['id']]>;

/** An activity around the actions. @returns the activity under the operation's id */
export function implementOperation<O extends OperationSpec, H extends OperationHandler<O>>(
  operation: O,
  handler: H & TakesAll<O, H>,
): { readonly [Id in O['id']]: Operations[Id] } {
  const perform: OperationHandler<O> = handler;
  const activity = async (input: InputOf<O>): Promise<unknown> => {
    const { project: _, ...work } = input;
    return perform(work, ...sectionsIn(operation, input));
  };
  return { [operation.id]: activity } as unknown as { readonly [Id in O['id']]: Operations[Id] };
}

interface WithProject {
  readonly project: Partial<ProjectSettings>;
}

interface Outcome {
  readonly facts: Readonly<Record<string, Reading | null>>;
  readonly evidence: readonly string[];
  readonly image?: ImagePin;
}

/** As it stands in history: only what was measured. */
function resultOf({ facts, evidence, image }: Outcome): ActionResult {
  const measured = Object.entries(facts).flatMap(([id, reading]) =>
    reading === null ? [] : [{ id, ...reading } as Fact],
  );
  return { facts: measured, evidence, ...(image !== undefined && { image }) };
}

/** @throws ApplicationFailure where the interpreter did not hand over what the definition asks for */
function workOf<A extends ActionSpec>(action: A, input: ActionInput): WorkOf<A> {
  const { project: _, settings, ...given } = input;
  if (action.scope === 'server' && input.server === undefined) {
    throw badInput('names no server; schedule it once for each server');
  }
  for (const need of action.needs) requireNeed(need, input);
  const filled = Object.entries(action.settings).map(([name, setting]) => {
    const value = settings[name];
    return [name, typeof value === typeof setting.default ? value : setting.default];
  });
  return { ...given, settings: Object.fromEntries(filled) } as unknown as WorkOf<A>;
}

function requireNeed(need: ResourceId, { run, step, source, image, report }: ActionInput): void {
  if (need === 'checkout' && source === undefined) {
    const { version } = run;
    throw diagnosed(run, diagnose('SOURCE_NOT_RESOLVED', 'version', { version }));
  }
  if ((need === 'pushed-image' || need === 'kept-release') && image === undefined) {
    throw diagnosed(run, diagnose('NO_IMAGE', 'run', {}));
  }
  if (need === 'report' && report === undefined) {
    throw ApplicationFailure.nonRetryable(`Step ${step} was started without a report.`, 'INVALID');
  }
}

/** The sections in the order of `uses`. @throws ApplicationFailure where the input lacks one */
function sectionsIn<D extends ActivitySpec>(
  { uses }: D,
  { project }: WithProject,
): SectionsOf<D['uses']> {
  const sections = uses.map((name) => {
    const section = project[name];
    if (section === undefined) throw badInput(`lacks the settings "${name}"`);
    return section;
  });
  return sections as unknown as SectionsOf<D['uses']>;
}

function badInput(what: string): Error {
  return ApplicationFailure.nonRetryable(`the activity input ${what}`, 'BAD_INPUT');
}
