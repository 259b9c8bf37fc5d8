/** The activities over a real HAProxy, the real probe and real services; the engine on the servers is a fake. */

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActionId } from '../../../../src/actions/index.ts';
import type { CompensationInput } from '../../../../src/activities/contract.ts';
import { createFleetActivities } from '../../../../src/activities/fleet.ts';
import type { ServerPorts } from '../../../../src/activities/servers/context.ts';
import { createPoolNotes } from '../../../../src/activities/servers/pool-notes.ts';
import {
  createServerActivities,
  type ServerActivities,
} from '../../../../src/activities/servers.ts';
import { createMemoryArtifactStore } from '../../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createMemoryRecordStore } from '../../../../src/adapters/database/memory-record-store.ts';
import { createFakeContainerRuntime } from '../../../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeSeal } from '../../../../src/adapters/fake/fake-seal.ts';
import { createFakeServerHosts } from '../../../../src/adapters/fake/fake-server-hosts.ts';
import { FakeWorld } from '../../../../src/adapters/fake/fake-world.ts';
import { createHttpProbe } from '../../../../src/adapters/http/http-probe.ts';
import { createFakeRegistry } from '../../../../src/adapters/registry/fake-registry.ts';
import type { ActionInput, ActionResult } from '../../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../../src/plan/settings.ts';
import {
  actionInput,
  compensationInput,
  OLD,
  run,
  secret,
  withSettings,
} from '../../../activities/servers/stage.ts';
import { sourceOf } from '../../../support/source-of.ts';
import { type Subject, type SubjectSetup, startSubject } from './subject.ts';

export interface Deployment extends Subject {
  readonly ports: ServerPorts;
  readonly project: ProjectSettings;
  /** The project with another limit for what has to become ready. */
  within(limitSeconds: number): { readonly project: ProjectSettings };
  act(
    id: ActionId & keyof ServerActivities,
    server: string,
    change?: Partial<ActionInput>,
  ): Promise<ActionResult>;
  undo(
    id: 'pool.readmit' | 'pool.withdraw',
    server: string,
    change?: Partial<CompensationInput>,
  ): Promise<ActionResult>;
  measureOutcome(servers?: readonly string[]): Promise<ActionResult>;
  /**
   * Begins the guard. @returns what ends it and gives its evidence
   * @param where apart: as on another worker, which knows nothing of this one's activities
   */
  guard(where?: { readonly apart: boolean }): () => Promise<ActionResult>;
}

export interface DeploymentSetup extends SubjectSetup {
  readonly balancer?: Partial<ProjectSettings['balancer']>;
}

export async function startDeployment(setup: DeploymentSetup = {}): Promise<Deployment> {
  const { balancer: change, ...rest } = setup;
  const subject = await startSubject(rest);
  const names = subject.services.map(({ name }) => name);
  const world = new FakeWorld({ servers: names, releases: [{ digest: OLD, version: 'v1' }] });
  const ports: ServerPorts = {
    hosts: createFakeServerHosts(world),
    runtime: createFakeContainerRuntime(world),
    balancer: subject.balancer,
    http: createHttpProbe('.'),
    artifacts: createMemoryArtifactStore(),
    records: createMemoryRecordStore(),
    secrets: { resolve: () => Promise.resolve(secret('')) },
    source: sourceOf(),
    seal: createFakeSeal(),
    currentSettings: () => Promise.reject(new Error('not used')),
    notes: createPoolNotes(),
  };
  const project: ProjectSettings = {
    ...withSettings('balancer', { kind: 'haproxy', pool: 'web', ...change }),
    health: health(15),
  };
  const activities: ServerActivities = createServerActivities(ports);
  const inEnvironment = <I, R>(work: (input: I) => Promise<R>, input: I): Promise<R> =>
    newEnvironment().run(work, input);
  return {
    ...subject,
    ports,
    project,
    within: (limitSeconds) => ({ project: { ...project, health: health(limitSeconds) } }),
    act: (id, server, more) =>
      inEnvironment(activities[id], actionInput({ server, servers: names, project, ...more })),
    undo: (id, server, more) =>
      inEnvironment(activities[id], compensationInput({ server, project, ...more })),
    measureOutcome: (servers = names) =>
      inEnvironment(activities.measureOutcome, { run, step: 9, servers, project }),
    guard(where) {
      const environment = newEnvironment();
      const own = where?.apart === true ? { ...ports, notes: createPoolNotes() } : ports;
      const running: Promise<ActionResult> = environment.run(
        createFleetActivities({ ...own, registry: createFakeRegistry() }).guardPool,
        { run, servers: names, project },
      );
      return async () => {
        environment.cancel();
        return running;
      };
    },
    async close() {
      await subject.close();
    },
  };
}

function health(limitSeconds: number): ProjectSettings['health'] {
  return withSettings('health', {
    timeoutSeconds: 5,
    ready: { successes: 3, intervalMilliseconds: 10, limitSeconds },
  }).health;
}

function newEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}
