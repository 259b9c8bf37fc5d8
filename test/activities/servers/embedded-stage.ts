/** One embedded server reached over SSH, its releases as processes, and runs that deploy there. */

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import type { ServerPorts } from '../../../src/activities/servers/context.ts';
import type { KeptActivities } from '../../../src/activities/servers/kept-activities.ts';
import { createPoolNotes } from '../../../src/activities/servers/pool-notes.ts';
import { createServerActivities } from '../../../src/activities/servers.ts';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import {
  createFakeLoadBalancer,
  FAKE_CAPABILITIES,
} from '../../../src/adapters/fake/fake-load-balancer.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { FakeWorld } from '../../../src/adapters/fake/fake-world.ts';
import { createHttpProbe } from '../../../src/adapters/http/http-probe.ts';
import type { ActionResult, RunRef, ServerBefore } from '../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { makeSubject } from '../../adapters/process-runtime/subject.ts';
import { sourceOf } from '../../support/source-of.ts';
import { actionInput, compensationInput, run, secret, settings } from './stage.ts';

/** Answers only as `datasette`, which its command has to say, and only on the health path of its time. */
const SERVICE = `
if (process.argv[1] !== 'datasette') process.exit(1);
const { PORT, NAME, TOKEN, HEALTH, RUNSHEET_VERSION } = process.env;
const about = JSON.stringify({ version: RUNSHEET_VERSION, name: NAME, token: TOKEN });
require('node:http').createServer((asked, answer) => {
  answer.statusCode = asked.url === HEALTH ? 200 : 404;
  answer.end(about);
}).listen(Number(PORT), '127.0.0.1');
`;
export const TEMPLATE = 'name=${name}\n';
export const SERVER = 's1';

export function commandOf(word: string): readonly string[] {
  return ['node', '-e', SERVICE, word];
}

/** What v1 runs with. */
export const V1: ProjectSettings = {
  ...settings,
  image: { ...settings.image, repository: 'tiny', minimumFreeBytes: 0 },
  runtime: {
    ...settings.runtime,
    command: commandOf('datasette'),
    environment: { NAME: 'one', TOKEN: 'secret://token', HEALTH: '/health' },
    stop: { signal: 'SIGTERM', graceSeconds: 5 },
  },
  files: [
    {
      template: 'app.conf',
      path: 'config/app.conf',
      mode: '0640',
      values: { name: 'one' },
    },
  ],
  health: {
    ...settings.health,
    ready: { successes: 1, intervalMilliseconds: 50, limitSeconds: 5 },
  },
};

/** What a rollback is made of. */
type KeptAction = keyof KeptActivities;

export interface EmbeddedStage {
  readonly ports: ServerPorts;
  readonly first: string;
  readonly second: string;
  readonly baseFolder: string;
  readonly service: string;
  /** Deploys as a run does up to its start; whatever fails on the way is not thrown. */
  deploy(
    requestId: string,
    version: string,
    digest: string,
    project: ProjectSettings,
  ): Promise<void>;
  finish(requestId: string, project: ProjectSettings): Promise<void>;
  /** One action of a run with an image. */
  act(
    action: KeptAction | 'service.stop',
    requestId: string,
    version: string,
    digest: string,
    project: ProjectSettings,
  ): Promise<ActionResult>;
  /** Undoes a run, last first. @returns the evidence of all of it */
  undo(requestId: string, before: ServerBefore, project: ProjectSettings): Promise<string>;
  probe(): Promise<ServerBefore>;
  /** What the service says of itself; null: nothing answers. */
  about(): Promise<unknown>;
  shell(script: string): Promise<string>;
}

export async function setEmbeddedStage(
  secrets: Readonly<Record<string, string>> = { 'secret://token': 'correct horse' },
): Promise<EmbeddedStage> {
  const subject = await makeSubject();
  onTestFinished(() => subject.close());
  const world = new FakeWorld({ servers: [SERVER], releases: [] });
  const ports: ServerPorts = {
    notes: createPoolNotes(),
    hosts: subject.hosts,
    runtime: subject.runtime,
    balancer: createFakeLoadBalancer(world, FAKE_CAPABILITIES),
    http: createHttpProbe('.'),
    artifacts: createMemoryArtifactStore(),
    records: createMemoryRecordStore(),
    secrets: {
      async resolve(reference) {
        const value = secrets[reference];
        if (value === undefined) throw new Error(`the secret ${reference} has no value`);
        return secret(value);
      },
    },
    seal: createFakeSeal(),
    currentSettings: () => Promise.resolve(V1),
    source: sourceOf(new Map([['app.conf', TEMPLATE]])),
  };
  const activities = createServerActivities(ports);
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const refOf = (requestId: string, version = 'v'): RunRef => ({
    ...run,
    service: subject.service,
    requestId,
    version,
  });
  return {
    ports,
    first: subject.first.digest,
    second: subject.second.digest,
    baseFolder: subject.test.server.baseFolder,
    service: subject.service,
    async deploy(requestId, version, digest, project) {
      const image = { reference: `tiny:${version}`, tag: version, digest };
      const input = actionInput({
        run: refOf(requestId, version),
        server: SERVER,
        servers: [SERVER],
        image,
        project,
      });
      const steps = ['service.stop', 'image.pull', 'config.update', 'service.start'] as const;
      for (const step of steps) {
        const done = await environment
          .run(activities[step], input)
          .then(() => true)
          .catch(() => false);
        if (!done) return;
      }
    },
    act: (action, requestId, version, digest, project) =>
      environment.run(
        activities[action],
        actionInput({
          run: refOf(requestId, version),
          server: SERVER,
          servers: [SERVER],
          image: { reference: 'tiny', tag: '', digest },
          project,
        }),
      ),
    async finish(requestId, project) {
      const input = { run: refOf(requestId), server: SERVER, image: null, project };
      await environment.run(activities.finishServer, input);
    },
    async undo(requestId, before, project) {
      const input = compensationInput({ run: refOf(requestId), server: SERVER, before, project });
      const lines: string[] = [];
      for (const step of ['service.remove', 'config.restore', 'service.restore'] as const) {
        const result: ActionResult = await environment.run(activities[step], input);
        lines.push(...result.evidence);
      }
      return lines.join('\n');
    },
    probe: () =>
      environment.run(activities.probeServer, { run: refOf(''), server: SERVER, project: V1 }),
    async about() {
      const answer = await fetch(`http://127.0.0.1:${subject.port}/`).catch(() => null);
      return answer === null ? null : answer.json();
    },
    async shell(script) {
      const { stdout } = await subject.hosts.get(SERVER).exec(['sh', '-c', script]);
      return stdout.trim();
    },
  };
}
