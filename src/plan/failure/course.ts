/** How a run goes when nothing fails, so that it can be said what a failure on the way means. Pure. */
import { ACTIONS } from '../../actions/index.ts';
import { allLeftOut, leftOut, tasksIn } from '../../actions/questions.ts';
import { stepsTaken } from '../branching.ts';
import type { PlanStep, Task } from '../plan.ts';
import { batchesOf, rolledSteps } from '../rolling.ts';
import type { Overrides, ResolvedRun } from '../run.ts';
import type { ProjectAction } from '../settings.ts';
import { attemptsOf, irreversibleIn } from './attempts.ts';
import {
  type DecidingPlan,
  type FailureMeaning,
  meaningOfFailure,
  type Situation,
} from './meaning.ts';
import { type UndoId, undoneAtLast } from './undoing.ts';

export interface Course {
  readonly plan: DecidingPlan;
  readonly servers: readonly string[];
  /** Steps with their servers, in the order in which they have their turn. */
  readonly turns: readonly Turn[];
  /** Whether there is a pool that servers stand in. */
  readonly hasPool: boolean;
  /** The project's own. */
  readonly actions: Readonly<Record<string, ProjectAction>>;
}

/** One step on the servers that it works on. */
export interface Turn {
  readonly step: PlanStep;
  /** Its own, and those that the request adds. */
  readonly tasks: readonly Task[];
  readonly servers: readonly string[];
  /** Index of the batch, from 0; null: not in batches. */
  readonly batch: number | null;
}

/** The course of a request. */
export function courseOf({ plan, servers, parameters, overrides, settings }: ResolvedRun): Course {
  const left = overrides.skip.map(({ step }) => step);
  const { pool: hasPool } = settings.balancer.capabilities;
  const taken = stepsTaken(plan.steps, parameters, left).filter(
    (step) => allLeftOut(tasksWith(overrides, step), hasPool) === null,
  );
  const turns = turnsOf(plan, servers, taken).map((turn) => ({
    ...turn,
    tasks: tasksWith(overrides, turn.step),
  }));
  return { plan, servers, turns, hasPool, actions: settings.actions };
}

/** A step's own tasks and those that the request adds. */
function tasksWith({ add }: Overrides, step: PlanStep): readonly Task[] {
  const added = add.filter((each) => each.step === step.number);
  return [...tasksIn(step), ...added.map(({ task }) => task)];
}

/** The course of a document that nobody has asked for yet: every step, on one server for all. */
export function courseOfSteps(plan: DecidingPlan, actions: Course['actions'] = {}): Course {
  const atOnce = { steps: plan.steps, rollback: plan.rollback };
  const servers = ['*'];
  const turns = turnsOf(atOnce, servers, plan.steps);
  return { plan: atOnce, servers, turns, hasPool: true, actions };
}

/**
 * What it means where a turn fails for good.
 * @param extent least: before it has changed anything; most: after it has attempted all that it does
 */
export function meaningAt(course: Course, index: number, extent: 'least' | 'most'): FailureMeaning {
  const turn = course.turns[index];
  if (turn === undefined) throw new Error(`there is no turn ${index}`);
  const failure = { step: turn.step.number, kind: 'failed', type: '', server: null } as const;
  return meaningOfFailure(course.plan, failure, situationAt(course, index, extent));
}

/** What a run has attempted by then, and which servers are in the pool, those out of it before aside. */
export function situationAt(course: Course, index: number, extent: 'least' | 'most'): Situation {
  const { servers, turns, hasPool } = course;
  const changes = new Map<string, readonly UndoId[]>();
  const shared: Begun[] = [];
  const seen = new Set<string>();
  const pool = new Map<string, 'in' | 'out' | 'before'>();
  for (const turn of turns.slice(0, extent === 'least' ? index : index + 1)) {
    for (const task of turn.tasks) {
      if (leftOut(task.action, hasPool) !== null) continue;
      for (const { undo, servers: on, once } of attemptsOf(course, turn, task)) {
        if (once === null) {
          for (const server of on) changes.set(server, withChange(changes.get(server) ?? [], undo));
        } else if (!seen.has(once)) {
          seen.add(once);
          shared.push({ undo, before: new Map(on.map((each) => [each, changes.get(each) ?? []])) });
        }
      }
      const { effect } = ACTIONS[task.action];
      if (effect?.pool === undefined) continue;
      for (const server of turn.servers) pool.set(server, effect.pool);
    }
  }
  const { servers: now = servers, batch = null } = turns[index] ?? {};
  return {
    servers,
    excluded: new Set(),
    scope: { servers: now, batch },
    changes,
    shared: shared.map((each) => ({ undo: each.undo, between: between(each, changes) })),
    isServing: (server) => hasPool && pool.get(server) !== 'out',
  };
}

/** The project's actions that a run has begun by the end of a turn and that nothing takes back. */
export function irreversibleAt({ turns, actions }: Course, index: number): readonly string[] {
  const tasks = turns.slice(0, index + 1).flatMap((turn) => turn.tasks);
  return [...new Set(tasks.flatMap((task) => irreversibleIn(actions, task) ?? []))];
}

/** What was done once, and what had been done by then to the servers that it was done for. */
interface Begun {
  readonly undo: UndoId;
  readonly before: ReadonlyMap<string, readonly UndoId[]>;
}

function between({ before }: Begun, changes: Situation['changes']): readonly string[] {
  return [...before].flatMap(([server, then]) =>
    then.length > 0 && (changes.get(server) ?? []).length > then.length ? [server] : [],
  );
}

/** Whether a step takes its servers out of the pool, if only for a while. */
export function takesOut(step: PlanStep): boolean {
  return tasksIn(step).some(({ action }) => ACTIONS[action].effect?.pool === 'out');
}

/** It is undone once, however often it is done. */
function withChange(known: readonly UndoId[], change: UndoId): readonly UndoId[] {
  const last = undoneAtLast(change);
  const ended = last === null || known.includes(last) ? known : [last, ...known];
  return ended.includes(change) ? ended : [...ended, change];
}

function turnsOf(
  plan: DecidingPlan,
  servers: readonly string[],
  taken: readonly PlanStep[],
): readonly Turn[] {
  const group = rolledSteps(plan);
  const first = taken.findIndex((step) => group.includes(step));
  const whole = (step: PlanStep): Turn => ({ step, tasks: tasksIn(step), servers, batch: null });
  if (first === -1) return taken.map(whole);
  const members = taken.filter((step) => group.includes(step));
  const batches = batchesOf(servers, plan.rolling);
  return [
    ...taken.slice(0, first).map(whole),
    ...batches.flatMap((each, batch) =>
      members.map((step): Turn => ({ step, tasks: tasksIn(step), servers: each, batch })),
    ),
    ...taken.slice(first + members.length).map(whole),
  ];
}
