/** A run in a world: the interpreter and the activities as they are, on the world's ports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { actionsOf, changesServers } from '../../../src/actions/questions.ts';
import { createImageActivities } from '../../../src/activities/code/image.ts';
import { createConfirmation } from '../../../src/activities/code/image-confirmation.ts';
import { createReadyImageActivities } from '../../../src/activities/code/ready-image.ts';
import { createSourceActivities } from '../../../src/activities/code/source.ts';
import type { Activities } from '../../../src/activities/contract.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { type Guardable, guardAll } from '../../../src/activities/guard.ts';
import { createPoolNotes } from '../../../src/activities/servers/pool-notes.ts';
import { createServerActivities } from '../../../src/activities/servers.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { Overrides, PreflightResult, ResolvedRun, RunRef } from '../../../src/plan/run.ts';
import type { interpreter } from '../../../src/workflows/interpreter.ts';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { runInProcess } from '../in-process.ts';
import { resolvedRun } from '../resolved-run.ts';
import { stubWorld } from '../stub-activities.ts';
import { inVirtualTime } from '../virtual-time.ts';
import { groundOf, OLD_VERSION } from './ground.ts';
import { leaveRecords } from './old-release.ts';
import { projectOf } from './project.ts';
import { surroundingsOf } from './surroundings.ts';
import type { World } from './world.ts';

/** What the run is told instead of what a preflight has found. */
export type Alter = (found: PreflightResult) => PreflightResult;

export interface EndedInWorld {
  readonly status: RunStatus;
  /** Servers that took traffic and were taken out of the pool. */
  readonly takenOut: readonly string[];
}

const logger = new DefaultLogger('ERROR');

/** @param workflow the one whose @temporalio/workflow is `inProcess` */
export async function runIn(
  workflow: typeof interpreter,
  world: World,
  plan: Plan,
  alter: Alter = (found) => found,
): Promise<EndedInWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-world-'));
  try {
    return await inVirtualTime((tick) => perform(workflow, world, plan, { alter, folder, tick }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Means {
  readonly alter: Alter;
  readonly folder: string;
  readonly tick: () => void;
}

async function perform(
  workflow: typeof interpreter,
  world: World,
  plan: Plan,
  { alter, folder, tick }: Means,
): Promise<EndedInWorld> {
  const run = runOf(world, plan);
  const { version, settings } = run;
  const { fake, takenOut, ...ground } = groundOf(world);
  const ports = {
    ...ground,
    ...surroundingsOf(world, { fake }, { version, image: settings.image, folder }),
    seal: createFakeSeal(),
    notes: createPoolNotes(),
    currentSettings: () => Promise.resolve(settings),
    redact: (text: string) => text,
    folder,
  };
  await leaveRecords(world, ports, fake, refOf(run));
  const real = {
    ...createSourceActivities(ports),
    ...createImageActivities(ports),
    ...createReadyImageActivities(ports),
    ...createConfirmation(ports),
    ...createServerActivities(ports),
    ...createFleetActivities(ports),
  };
  const stub = stubWorld({ resolve: () => run });
  const activities = { ...stub.activities, ...attended(real, alter) };
  const { status } = await runInProcess(workflow, { activities }, () => 0, tick);
  return { status, takenOut: [...takenOut] };
}

/** As a worker calls them. */
function attended<A extends Guardable<A>>(real: A, alter: Alter): Partial<Activities> {
  const guarded = guardAll(real, { redact: (text) => text });
  const entries = Object.entries<(...given: never[]) => Promise<unknown>>(guarded);
  const called = entries.map(([name, activity]) => [
    name,
    async (...given: never[]): Promise<unknown> => {
      const result = await new MockActivityEnvironment({}, { logger }).run(activity, ...given);
      if (name === 'preflightServer') return alter(result as PreflightResult);
      if (name === 'preflightShared') return (result as PreflightResult[]).map(alter);
      return result;
    },
  ]);
  return Object.fromEntries(called) as Partial<Activities>;
}

/** Of a restart, the version is the one that runs. */
function runOf(world: World, plan: Plan): ResolvedRun {
  const deploys = actionsOf(plan).includes('service.start');
  const servers = world.servers.map(({ name }) => name);
  const version = deploys ? 'v2.1.0' : OLD_VERSION;
  const parameters = { environment: 'development', servers, version, image: version };
  const overrides = { add: addedTo(plan, world) };
  const settings = projectOf(world);
  const run = resolvedRun(parameters, { plan, settings, overrides, language: 'en' });
  return { ...run, poolSize: servers.length + world.others };
}

function addedTo({ steps }: Plan, { added }: World): Overrides['add'] {
  const last = steps.findLast(changesServers);
  if (added === null || last === undefined) return [];
  return [{ step: last.number, phrase: added, task: { action: added, settings: {} } }];
}

function refOf({ project, service, environment: place, version }: ResolvedRun): RunRef {
  return {
    workflowId: 'earlier',
    requestId: 'earlier',
    project,
    service,
    environment: place,
    version,
    templateId: 'any_v1',
    planDigest: '',
    requestedBy: 'alice',
    language: 'en',
  };
}
