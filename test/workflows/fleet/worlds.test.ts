/**
 * What a preflight promises: a run that it lets pass does not fail later of something that could have
 * been read before. Any world, any run sheet.
 */
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { performs } from '../../../src/actions/questions.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { PreflightCheck } from '../../../src/plan/run.ts';
import { interpreter } from '../../../src/workflows/interpreter.ts';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { holds, property } from '../../support/property.ts';
import { documents } from '../../support/worlds/documents.ts';
import { type Alter, type EndedInWorld, runIn } from '../../support/worlds/run.ts';
import { type Fault, type World, worlds, worldsOf } from '../../support/worlds/world.ts';

// Files of one process share what they import: the interpreter is loaded for this file, and again after it.
vi.hoisted(() => vi.resetModules());
afterAll(() => vi.resetModules());

vi.mock('@temporalio/workflow', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  ...(await import('../../support/in-process.ts')).inProcess,
}));

type Name = PreflightCheck['name'];

/** What a deployment may be the cure of, or does no harm: it is told, under this name. */
const ONLY_TOLD: ReadonlyMap<Fault['what'], Name> = new Map([
  ['old release is ill', 'health'],
  ['out of reach of the balancer', 'pool'],
  ['clock a day off', 'clock'],
]);

/** @throws where a run that passed its preflight failed of what had been wrong before */
async function keepsItsPromise(world: World, plan: Plan, alter?: Alter): Promise<void> {
  const ended = await runIn(interpreter, world, plan, alter);
  if (world.faults.length === 1) tells(world, ended.status);
  const { failure, preflight } = ended.status;
  if (preflight?.state === 'failed' || !isHarmed(ended)) return;
  if (failure !== null && saysItself(plan, failure.step) && ended.takenOut.length === 0) return;
  const curable = world.faults.filter(({ what }) => ONLY_TOLD.has(what));
  const otherwise = await runIn(interpreter, { ...world, faults: curable }, plan);
  // The run sheet fails by itself, or of what was only told.
  if (isHarmed(otherwise)) return;
  const out = ended.takenOut.join(', ') || 'no server';
  throw new Error(
    `the preflight passed, and ${out} left the pool: ${failure?.message ?? 'excluded'}`,
  );
}

/** It failed, or goes on without a server that it had taken out, and that the preflight had let pass. */
function isHarmed({ status: { failure, preflight, servers }, takenOut }: EndedInWorld): boolean {
  if (failure !== null) return true;
  const known = preflight?.findings.filter(({ state }) => state === 'failed') ?? [];
  const excluded = servers.filter((each) => each.excluded !== undefined).map(({ name }) => name);
  return excluded.some(
    (name) => takenOut.includes(name) && !known.some(({ subject }) => subject === name),
  );
}

/** Looking at an image that there is already is the first thing that such a step does. */
function saysItself(plan: Plan, number: number): boolean {
  const step = plan.steps.find((each) => each.number === number);
  return step !== undefined && (performs(step, 'image.use') || performs(step, 'image.promote'));
}

function tells({ faults, servers }: World, { preflight }: RunStatus): void {
  const [fault] = faults;
  const server = servers.find(({ name }) => name === fault?.server);
  const name = ONLY_TOLD.get(fault?.what ?? 'no registry');
  if (name === undefined || server?.old !== 'runs' || preflight === null) return;
  expect(preflight.findings).toContainEqual(
    expect.objectContaining({ subject: server.name, check: name }),
  );
}

property(
  'any world and any run sheet: what could be read is not found when servers have left the pool',
  [fc.noShrink(worlds), fc.noShrink(documents)],
  (world, plan) => keepsItsPromise(world, plan),
  { runs: 200, randomRuns: 2_000 },
);

const PATIENCE = { timeout: 60_000 };
/** Cases in which a preflight that lacks one of its checks is found out. */
const ENOUGH = 60;

const MUTANTS: readonly (readonly [Name, ...Fault['what'][]])[] = [
  ['connection', 'out of reach', 'another host key'],
  ['engine', 'no engine', 'another platform'],
  ['disk', 'disk full'],
  ['port', 'port of another program'],
  ['clock', 'clock a day off'],
  ['registry', 'no registry', 'denied to pull', 'worker denied to pull', 'worker denied to push'],
  ['release', 'settings of the old release changed', 'secret of the old release gone'],
  ['health', 'old release is ill', 'no value in the health rule'],
  ['pool', 'no balancer', 'another pool', 'not in the pool', 'held by the balancer'],
  ['source', 'no such version'],
  [
    'files',
    'file not to be written',
    'no template of a file',
    'no value in a file',
    'no secret of a file',
  ],
  ['start', 'no value in the command', 'no secret of the service'],
];

function without(name: Name): Alter {
  return (found) => ({ ...found, checks: found.checks.filter((each) => each.name !== name) });
}

const uncounted: Alter = ({ subject, reachable, checks, before }) => ({
  subject,
  reachable,
  checks,
  ...(before !== undefined && { before }),
});

async function isFoundOut(what: Fault['what'], mutant: Alter): Promise<void> {
  const tried = holds(
    [fc.noShrink(worldsOf(what)), fc.noShrink(documents)],
    (world, plan) => keepsItsPromise(world, plan, mutant),
    { seed: null, runs: ENOUGH },
    'a mutant',
  );
  await expect(tried).rejects.toThrow('a mutant');
}

it.each(MUTANTS.flatMap(([name, ...whats]) => whats.map((what) => [name, what] as const)))(
  'a preflight without the check %s is found out: %s',
  PATIENCE,
  (name, what) => isFoundOut(what, without(name)),
);

it('a preflight that does not count the pool is found out', PATIENCE, () =>
  isFoundOut('others are ill', uncounted),
);
