/** A world with three servers on v1, the activities over it, and inputs for a run that deploys v2. */

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { CompensationInput } from '../../../src/activities/contract.ts';
import type { ServerPorts } from '../../../src/activities/servers/context.ts';
import { createPoolNotes } from '../../../src/activities/servers/pool-notes.ts';
import { createServerActivities, type ServerActivities } from '../../../src/activities/servers.ts';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import { createFakeContainerRuntime } from '../../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeHttpProbe } from '../../../src/adapters/fake/fake-http-probe.ts';
import {
  createFakeLoadBalancer,
  FAKE_CAPABILITIES,
} from '../../../src/adapters/fake/fake-load-balancer.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { createFakeServerHosts } from '../../../src/adapters/fake/fake-server-hosts.ts';
import { type FakeRelease, FakeWorld } from '../../../src/adapters/fake/fake-world.ts';
import { BALANCERS } from '../../../src/config/balancers/index.ts';
import type {
  ActionInput,
  ActionResult,
  Fact,
  RunRef,
  ServerBefore,
} from '../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import type { BalancerCapabilities } from '../../../src/ports/load-balancer.ts';
import type { Seal } from '../../../src/ports/seal.ts';
import type { Secret } from '../../../src/ports/secret-store.ts';
import { CONTAINER_DEFAULTS, IMAGE_DEFAULTS } from '../../support/default-settings.ts';
import { sourceOf } from '../../support/source-of.ts';

export const OLD = `sha256:${'1'.repeat(64)}`;
export const NEW = `sha256:${'2'.repeat(64)}`;
export const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];
export const SECRET_VALUE = 'correct horse battery';

export const run: RunRef = {
  workflowId: 'deploy-1',
  requestId: '6f0a0a52-0000-4000-8000-000000000001',
  project: 'hello',
  service: 'hello',
  environment: 'production',
  version: 'v2',
  templateId: 'deployment_workflow_v1',
  planDigest: 'sha256:plan',
  requestedBy: 'alice',
  language: 'en',
};

export const settings: ProjectSettings = {
  source: { path: '.', kind: 'git', tag: '${version}' },
  commands: {},
  tests: { reports: [], coverage: [] },
  image: { repository: 'hello', context: '.', kind: 'process', include: [], ...IMAGE_DEFAULTS },
  runtime: {
    command: ['node', 'server.js', '--port', '${port}'],
    environment: { NAME: '${server}', TOKEN: 'secret://token' },
    port: 8080,
    stop: { signal: 'SIGTERM', graceSeconds: 0.05 },
    keepReleases: 1,
  },
  container: CONTAINER_DEFAULTS,
  files: [],
  drain: { allowCutRequests: 0 },
  health: {
    path: '/health',
    status: 200,
    json: { version: '${version}' },
    timeoutSeconds: 1,
    ready: { successes: 3, intervalMilliseconds: 10, limitSeconds: 0.5 },
    smoke: [],
    performance: { path: '/', requests: 20, perSecond: 200 },
  },
  balancer: {
    kind: 'embedded',
    capabilities: BALANCERS.embedded.capabilities,
    pool: 'web',
    verify: { requests: 30, path: '/' },
    maxDeviationPercent: 20,
    minimumSamples: 20,
    floorPercent: 0,
    weights: {},
    routes: {},
  },
  channels: { configured: [] },
  actions: {},
};

export interface Stage {
  readonly world: FakeWorld;
  readonly ports: ServerPorts;
  readonly activities: ServerActivities;
  readonly environment: MockActivityEnvironment;
  /** Runs an action on one server with changed settings. */
  act(id: keyof ServerActivities, change?: Partial<ActionInput>): Promise<ActionResult>;
  undo(id: CompensationId, change?: Partial<CompensationInput>): Promise<ActionResult>;
  /** The pinned source's files, by path. */
  readonly source: Map<string, string>;
}
type CompensationId =
  | 'pool.readmit'
  | 'pool.withdraw'
  | 'service.restore'
  | 'config.restore'
  | 'service.remove'
  | 'routes.restore';

export interface StageOptions {
  readonly old?: Partial<FakeRelease>;
  readonly new?: Partial<FakeRelease>;
  readonly servers?: readonly string[];
  /** Where another worker takes over: the same world and the same artifacts. */
  readonly takeOver?: Stage;
  readonly heartbeatDetails?: unknown;
  /** What runsheet.yaml says by now. */
  readonly currentSettings?: ProjectSettings;
  /** Default: one that all stages share. */
  readonly seal?: Seal;
  /** What the balancer tells; default: everything. */
  readonly capabilities?: Partial<BalancerCapabilities>;
}

export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const world =
    options.takeOver?.world ??
    new FakeWorld({
      servers: options.servers ?? SERVERS,
      releases: [
        { digest: OLD, version: 'v1', ...options.old },
        { digest: NEW, version: 'v2', ...options.new },
      ],
      running: OLD,
    });
  const source = options.takeOver?.source ?? new Map<string, string>();
  const ports: ServerPorts = {
    notes: createPoolNotes(),
    hosts: createFakeServerHosts(world),
    runtime: createFakeContainerRuntime(world),
    balancer: createFakeLoadBalancer(world, { ...FAKE_CAPABILITIES, ...options.capabilities }),
    http: createFakeHttpProbe(world),
    artifacts: options.takeOver?.ports.artifacts ?? createMemoryArtifactStore(),
    secrets: { resolve: () => Promise.resolve(secret(SECRET_VALUE)) },
    source: sourceOf(source),
    seal: options.seal ?? createFakeSeal(),
    records: options.takeOver?.ports.records ?? createMemoryRecordStore(),
    currentSettings: () => Promise.resolve(options.currentSettings ?? settings),
  };
  const activities = createServerActivities(ports);
  const environment = new MockActivityEnvironment(
    { heartbeatDetails: options.heartbeatDetails },
    { logger: new DefaultLogger('ERROR') },
  );
  return {
    world,
    ports,
    activities,
    environment,
    act: (id, change) =>
      environment.run(
        activities[id] as (input: ActionInput) => Promise<ActionResult>,
        actionInput(change),
      ),
    undo: (id, change) => environment.run(activities[id], compensationInput(change)),
    source,
  };
}

export function actionInput(change: Partial<ActionInput> = {}): ActionInput {
  return {
    run,
    step: 6,
    settings: {},
    project: settings,
    servers: SERVERS,
    server: 'app-server-1',
    before: before(change.server),
    source: { revision: 'd'.repeat(40), kind: 'git' },
    image: { reference: 'hello:v2-production', tag: 'v2-production', digest: NEW },
    ...change,
  };
}

export function compensationInput(change: Partial<CompensationInput> = {}): CompensationInput {
  return {
    run,
    step: 6,
    server: 'app-server-1',
    before: before(change.server),
    project: settings,
    ...change,
  };
}

export function before(server = 'app-server-1', change: Partial<ServerBefore> = {}): ServerBefore {
  return { server, release: { digest: OLD, version: 'v1' }, pool: 'ready', ...change };
}

export function valueOf(result: ActionResult, id: Fact['id']): Fact['value'] | undefined {
  return result.facts.find((each) => each.id === id)?.value;
}

/** Settings with one section changed. */
export function withSettings<S extends Exclude<keyof ProjectSettings, 'files'>>(
  name: S,
  change: Partial<ProjectSettings[S]>,
): ProjectSettings {
  return { ...settings, [name]: { ...settings[name], ...change } };
}

export function secret(value: string): Secret {
  return { reveal: () => value, toString: () => '[REDACTED]', toJSON: () => '[REDACTED]' };
}
