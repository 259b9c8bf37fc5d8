/** What the plan says that a failure means is what the run does: any run sheet, any failing step. */
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { ACTIONS, type ActionId, COMPENSATIONS } from '../../../src/actions/index.ts';
import { failureLines } from '../../../src/cli/view/failure.ts';
import { type Course, courseOf, situationAt, takesOut } from '../../../src/plan/failure/course.ts';
import { type FailureMeaning, meaningOfFailure } from '../../../src/plan/failure/meaning.ts';
import { isNotification } from '../../../src/plan/failure/order.ts';
import { type UndoId, undoOfCommand } from '../../../src/plan/failure/undoing.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import { interpreter } from '../../../src/workflows/interpreter.ts';
import { type EndedInProcess, runInProcess } from '../../support/in-process.ts';
import { holds, property } from '../../support/property.ts';
import { COMMANDS, type Scenario, scenarios } from '../../support/random-sheets.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { broken, type StubCall, type StubWorld, stubWorld } from '../../support/stub-activities.ts';

// Files of one process share what they import: the interpreter is loaded for this file, and again after it.
vi.hoisted(() => vi.resetModules());
afterAll(() => vi.resetModules());

vi.mock('@temporalio/workflow', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  ...(await import('../../support/in-process.ts')).inProcess,
}));

type Meaning = typeof meaningOfFailure;

const OLD = { version: 'v2.0.0', pool: 'ready' };

/** A call that failed, as it came. */
interface Thrown {
  readonly step: number;
  /** null: it is done once. */
  readonly server: string | null;
  /** One that the step worked on. */
  readonly near: string;
  readonly type: string;
}

interface Performed {
  readonly run: ResolvedRun;
  readonly world: StubWorld;
  readonly thrown: readonly Thrown[];
  readonly ended: EndedInProcess;
}

async function perform({ plan, servers, others, ...rest }: Scenario): Promise<Performed> {
  const parameters = { environment: 'development', servers: [...servers], ...rest.parameters };
  const settings = { actions: COMMANDS };
  const resolved = resolvedRun(parameters, { plan, language: 'en', settings });
  const run = { ...resolved, poolSize: servers.length + others };
  const thrown: Thrown[] = [];
  const done = new Map<string, number>();
  const world = stubWorld({
    resolve: () => run,
    before: ({ name, server, step }) => {
      const times = done.get(`${step} ${name}`) ?? 0;
      done.set(`${step} ${name}`, times + 1);
      const failing = rest.failing.find(
        (each) =>
          each.action === name &&
          each.step === step &&
          (server === null ? each.times === times : each.server === server),
      );
      if (failing === undefined) return;
      const near = server ?? world.inputs.get(name)?.servers[0] ?? '';
      thrown.push({ step, server, near, type: failing.type });
      throw broken(`${name} is broken`, failing.type);
    },
  });
  let turns = 0;
  const ended = await runInProcess(interpreter, world, () => {
    turns += 1;
    return rest.delays[turns % rest.delays.length] ?? 0;
  });
  return { run, world, thrown, ended };
}

/** What undoes what a call attempts; null: it changes nothing that is undone. */
function undoOf({ name, command }: StubCall): UndoId | null {
  if (name !== 'project.command') return ACTIONS[name as ActionId]?.compensation?.id ?? null;
  return COMMANDS[command ?? '']?.undo === undefined ? null : undoOfCommand(command ?? '');
}

/** What a call undoes; null: it does something. */
function undoneBy({ name, command }: StubCall): UndoId | null {
  if (name === 'project.undo') return undoOfCommand(command ?? '');
  return name in COMPENSATIONS ? (name as UndoId) : null;
}

/** Server → what was attempted there, as what undoes it, and what was undone, each in its order; null: once for several. */
function doneIn({ calls }: StubWorld) {
  const attempted = new Map<string | null, UndoId[]>();
  const undone = new Map<string | null, UndoId[]>();
  for (const call of calls) {
    const { server } = call;
    const back = undoneBy(call);
    if (back !== null) {
      undone.set(server, [...(undone.get(server) ?? []), back]);
      continue;
    }
    const undo = undoOf(call);
    for (const each of call.servers ?? [server]) {
      const known = attempted.get(each) ?? [];
      if (undo === null || (known.includes(undo) && !isOfEachBatch(undo))) continue;
      // What was put into a pool that nobody took it out of is put back as it stood there at last.
      const isBack = undo === 'pool.withdraw' && !known.includes('pool.readmit');
      attempted.set(each, [...(isBack ? (['pool.readmit'] as const) : []), ...known, undo]);
    }
  }
  return {
    attempted: (server: string | null) => attempted.get(server) ?? [],
    undone: (server: string | null) => undone.get(server) ?? [],
    order: calls.flatMap((call) => (undoneBy(call) === null ? [] : [call.server])),
  };
}

function isOn({ server, servers }: StubCall, name: string | null): boolean {
  return servers === undefined ? server === name : name !== null && servers.includes(name);
}

function isOfEachBatch(undo: UndoId): boolean {
  return Object.entries(COMMANDS).some(
    ([name, { on }]) => on === 'each-batch' && undo === undoOfCommand(name),
  );
}

/**
 * What was done once for several servers has its place among what was done to them: of what other
 * steps did to the servers of the run, what came later is undone before, and what came earlier after.
 */
function checkPlaces({ world: { calls } }: Performed): void {
  for (const [at, call] of calls.entries()) {
    if (call.name !== 'project.undo' || call.server !== null) continue;
    if (COMMANDS[call.command ?? '']?.on !== 'worker') continue;
    const is = (other: StubCall): boolean => undoOf(other) === undoneBy(call);
    const begun = calls.find((other) => is(other) && undoneBy(other) === null);
    const batch = calls.findIndex((other) => other === begun);
    for (const [later, other] of calls.entries()) {
      const back = undoneBy(other);
      if (back === null || other.server === null || back === 'pool.readmit') continue;
      const first = calls.findIndex(
        (each) => undoOf(each) === back && isOn(each, other.server) && undoneBy(each) === null,
      );
      if (calls[first]?.step === begun?.step) continue;
      expect(later < at, `${back} ${other.server} and ${call.command ?? ''}`).toBe(first > batch);
    }
  }
}

function turnOf({ turns }: Course, { step, near }: Thrown): number {
  return turns.findIndex((each) => each.step.number === step && each.servers.includes(near));
}

/** What the meaning of each failure makes of a run: which servers it leaves out, and what ends it. */
function foretell({ run, thrown }: Performed, meaning: Meaning) {
  const excluded = new Set<string>();
  let course = courseOf(run);
  let ending: Thrown | null = null;
  for (const each of thrown) {
    const index = turnOf(course, each);
    const turn = course.turns[index];
    if (turn === undefined) throw new Error('a step failed that is not in the course');
    // When a run has failed it still tells people, whatever comes of that.
    if (ending !== null && isNotification(turn.step)) continue;
    const { step, server, type } = each;
    const servers = turn.servers.filter((name) => !excluded.has(name));
    const { outcome } = meaning(
      run.plan,
      { step, server, type, kind: 'failed' },
      {
        ...situationAt(course, index, 'most'),
        servers: run.servers,
        excluded,
        scope: { servers, batch: turn.batch },
      },
    );
    if (outcome === 'succeeded') continue;
    if (outcome === null && server !== null) {
      excluded.add(server);
      const isBefore = course.turns.slice(index).some(({ batch }) => batch !== null);
      // The batches are made of the servers that are left when they begin.
      const left = run.servers.filter((name) => !excluded.has(name));
      if (turn.batch === null && isBefore) course = courseOf({ ...run, servers: left });
    } else ending ??= each;
  }
  return { course, excluded, ending };
}

function meaningsAt(course: Course, index: number, meaning: Meaning): readonly FailureMeaning[] {
  const step = course.turns[index]?.step.number ?? 0;
  const failure = { step, kind: 'failed', type: '', server: null } as const;
  return (['least', 'most'] as const).map((extent) =>
    meaning(course.plan, failure, situationAt(course, index, extent)),
  );
}

/** @throws where the run did something else than the meaning says. */
async function agrees(scenario: Scenario, meaning: Meaning): Promise<void> {
  const performed = await perform(scenario);
  if (scenario.plan.rolling === undefined) keepsItsWord(performed);
  const { run, world, ended } = performed;
  const { course, excluded, ending } = foretell(performed, meaning);
  const done = doneIn(world);
  const shownExcluded = ended.status.servers.filter((each) => each.excluded !== undefined);
  expect(shownExcluded.map(({ name }) => name).toSorted()).toEqual([...excluded].toSorted());
  for (const server of excluded) {
    isReverse(done.undone(server), done.attempted(server));
  }
  if (ending === null) {
    expect(ended).toMatchObject({ failure: null, status: { outcome: 'succeeded' } });
    for (const server of run.servers)
      if (!excluded.has(server)) expect(done.undone(server)).toEqual([]);
    expect(done.undone(null)).toEqual([]);
    return;
  }
  const index = turnOf(course, ending);
  expect(ended.status.failure?.step).toBe(ending.step);
  const [least, most] = meaningsAt(course, index, meaning);
  expect([least?.outcome, most?.outcome]).toContain(ended.status.outcome);
  agreesOnShared(done, [least, most]);
  if (excluded.size === 0) checkPlaces(performed);
  for (const server of run.servers) {
    if (excluded.has(server)) continue;
    const undone = done.undone(server);
    const atLeast = least?.servers.find((each) => each.server === server);
    const atMost = most?.servers.find((each) => each.server === server);
    const foretold = (atMost?.undo ?? []).filter((each) => undone.includes(each));
    isReverse(undone, foretold.toReversed());
    const surely = undone.filter((each) => atLeast?.undo.includes(each));
    isReverse(surely, (atLeast?.undo ?? []).toReversed());
    if (atMost?.fate === 'undone') isReverse(undone, done.attempted(server));
    if (atMost?.fate !== 'kept') expect(world.servers.get(server) ?? OLD).toEqual(OLD);
    if (atMost?.fate === 'unchanged') expect(done.attempted(server)).toEqual([]);
  }
  if ((run.plan.rolling?.minimumInPoolPercent ?? 0) > 0) return;
  // Out of the pool for a while, they are put back with all the others.
  const turn = course.turns[index];
  const isOut = (server: string): boolean =>
    turn !== undefined && takesOut(turn.step) && turn.servers.includes(server);
  const serving = run.servers.filter((each) => !excluded.has(each) && !isOut(each));
  checkTurns(performed, [least, most], serving);
}

/** Routes are set beside what a parallel step does to each server, so they come before it or after it. */
function isReverse(undone: readonly UndoId[], attempted: readonly UndoId[]): void {
  const isOfServer = (each: UndoId): boolean => each !== 'routes.restore';
  expect(undone.filter(isOfServer)).toEqual(attempted.filter(isOfServer).toReversed());
  expect(undone.toSorted()).toEqual(attempted.toSorted());
}

/** Of what was done once for several servers. */
function agreesOnShared(
  { attempted, undone }: ReturnType<typeof doneIn>,
  [least, most]: readonly (FailureMeaning | undefined)[],
): void {
  const idsOf = (each: FailureMeaning | undefined) => ({
    undo: (each?.shared.undo ?? []).map(({ undo }) => undo),
    kept: (each?.shared.kept ?? []).map(({ undo }) => undo),
  });
  const said = idsOf(most);
  const done = attempted(null);
  expect(undone(null)).toEqual(said.undo.length > 0 ? done.toReversed() : []);
  const all = said.undo.length > 0 ? said.undo.toReversed() : said.kept;
  expect(all.slice(0, done.length)).toEqual(done);
  expect(done.length).toBeGreaterThanOrEqual(
    (least?.shared.undo.length ?? 0) + (least?.shared.kept.length ?? 0),
  );
}

/** One after the other, wherever both ends of the step say so. */
function checkTurns(
  { world }: Performed,
  meanings: readonly (FailureMeaning | undefined)[],
  servers: readonly string[],
): void {
  const inTurn = servers.filter((server) =>
    meanings.every(
      (each) => each?.servers.find((one) => one.server === server)?.pace === 'in_turn',
    ),
  );
  const order = doneIn(world).order.filter((server) => inTurn.includes(server ?? ''));
  const blocks = order.filter((server, at) => server !== order[at - 1]);
  expect(new Set(blocks).size).toBe(blocks.length);
}

/** What a line of the plan promises. */
function promiseOf(line: string): 'nothing' | 'warning' | 'back' {
  if (/a warning, no rollback/u.test(line)) return 'warning';
  return /nothing to roll back|without a rollback/u.test(line) ? 'nothing' : 'back';
}

/** @throws where the sentence of `runsheet plan` for the step that failed is not what came of it. */
function keepsItsWord({ run, world, thrown, ended }: Performed): void {
  const [first] = thrown;
  if (first === undefined) return;
  const at = (number: number): number => run.plan.steps.findIndex((each) => each.number === number);
  const line = failureLines(run, 'en').find((each) => {
    const [, from, to = from] = /^ {2}steps? (\d+)(?:–(\d+))?:/u.exec(each) ?? [];
    return at(Number(from)) <= at(first.step) && at(first.step) <= at(Number(to));
  });
  if (line === undefined) throw new Error(`no line for step ${first.step}`);
  const { attempted, undone } = doneIn(world);
  const said = promiseOf(line);
  expect(ended.status.outcome === 'succeeded').toBe(said === 'warning');
  for (const server of run.servers) {
    isReverse(undone(server), said === 'back' ? attempted(server) : []);
  }
}

property(
  'any run sheet and any failure: what the plan says of it is what the run does',
  [fc.noShrink(scenarios)],
  (scenario) => agrees(scenario, meaningOfFailure),
  { runs: 200 },
);

const MUTANTS: readonly (readonly [string, Meaning])[] = [
  [
    'what was done once is kept',
    (plan, failure, situation) => {
      const { shared, ...rest } = meaningOfFailure(plan, failure, situation);
      return { ...rest, shared: { undo: [], kept: shared.undo } };
    },
  ],
  [
    'a step after the pool is a warning',
    (plan, failure, situation) => {
      const meaning = meaningOfFailure(plan, failure, situation);
      const at = plan.steps.findIndex((each) => each.number === failure.step);
      const isAfter = plan.steps
        .slice(0, at)
        .some((each) => 'tasks' in each && each.tasks.some((one) => one.action === 'pool.enable'));
      return isAfter ? { ...meaning, outcome: 'succeeded' } : meaning;
    },
  ],
  [
    'undone in the order in which it was done',
    (plan, failure, situation) => {
      const { servers, ...rest } = meaningOfFailure(plan, failure, situation);
      return {
        ...rest,
        servers: servers.map((each) => ({ ...each, undo: each.undo.toReversed() })),
      };
    },
  ],
  [
    'ranges by the numbers of steps',
    (plan, failure, situation) => {
      const rule = plan.rollback.find(({ from, to }) => from <= failure.step && failure.step <= to);
      const rollback = [
        { from: failure.step, to: failure.step, policy: rule?.policy ?? 'restore' },
      ];
      return meaningOfFailure({ ...plan, rollback } as typeof plan, failure, situation);
    },
  ],
  [
    'terminate undoes',
    (plan, failure, situation) => meaningOfFailure({ ...plan, rollback: [] }, failure, situation),
  ],
  [
    'one server more than the budget',
    ({ rolling, ...plan }, failure, situation) => {
      const failureBudget = (rolling?.failureBudget ?? 0) + 1;
      const more =
        rolling === undefined ? plan : { ...plan, rolling: { ...rolling, failureBudget } };
      return meaningOfFailure(more, failure, situation);
    },
  ],
  [
    'every server in its turn',
    (plan, failure, situation) => {
      const { servers, ...rest } = meaningOfFailure(plan, failure, situation);
      return { ...rest, servers: servers.map((each) => ({ ...each, pace: 'in_turn' })) };
    },
  ],
];

it.each(MUTANTS)('another meaning is found out: %s', async (_name, mutant) => {
  // Found is enough: the smallest of them takes as long as many.
  const tried = holds(
    [fc.noShrink(scenarios)],
    (scenario) => agrees(scenario, mutant),
    { seed: null, runs: 200 },
    'a mutant',
  );
  await expect(tried).rejects.toThrow('a mutant');
});
