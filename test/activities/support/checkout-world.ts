/** A project folder with real processes, files and artifacts, for activities that work in a checkout. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ActivityFunction } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createFolderArtifactStore } from '../../../src/adapters/artifacts/folder-artifact-store.ts';
import { createFolderSource } from '../../../src/adapters/git/folder-source.ts';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import { createRedactor } from '../../../src/adapters/secrets/redactor.ts';
import { createSecretStore } from '../../../src/adapters/secrets/secret-store.ts';
import type { ActionInput, RunRef, SourcePin } from '../../../src/plan/run.ts';
import type { ProjectCommand, ProjectSettings } from '../../../src/plan/settings.ts';
import { NO_SECRET_PROGRAMS } from '../../support/no-secret-programs.ts';

export const RUN: RunRef = {
  workflowId: 'run-1',
  requestId: '0d3f2f2e-5f0a-4a53-9d3b-111111111111',
  project: 'shop',
  service: 'hello',
  environment: 'production',
  version: 'v2.1.0',
  templateId: 'deployment_workflow_v1',
  planDigest: `sha256:${'1'.repeat(64)}`,
  requestedBy: 'alice',
  language: 'en',
};

export type CheckoutWorld = Awaited<ReturnType<typeof makeCheckoutWorld>>;

/**
 * @param files of the project, by path; those that end in .sh are executable
 * @param environment the worker's
 */
export async function makeCheckoutWorld(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  const folder = await mkdtemp(join(tmpdir(), 'activities-'));
  const project = join(folder, 'project');
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
    if (path.endsWith('.sh')) await chmod(join(project, path), 0o755);
  };
  await mkdir(project);
  for (const [path, content] of Object.entries(files)) await write(path, content);
  const commands = createCommandRunner({ environment, graceMs: 200 });
  const artifacts = createFolderArtifactStore(join(folder, 'runs'));
  const source = createFolderSource({
    projectFolder: project,
    path: '.',
    storeFolder: join(folder, 'sources'),
    checkoutsFolder: join(folder, 'checkouts'),
  });
  const redactor = createRedactor();
  redactor.add('hunter2-hunter2');
  const secrets = createSecretStore({
    environment,
    folder: join(folder, 'secrets'),
    programs: NO_SECRET_PROGRAMS,
    onResolved: (value) => redactor.add(value),
  });
  return {
    folder,
    project,
    write,
    redactor,
    ports: { commands, artifacts, source, secrets, redact: redactor.redact },
    pin: (): Promise<SourcePin> => source.resolve(RUN.version),
    /** The folder that the run's checkout is in. */
    async aroundCheckout(): Promise<string> {
      const { revision } = await source.resolve(RUN.version);
      return dirname(await source.checkout(revision, RUN.requestId));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a project file says of the sections that it leaves out. */
const UNSET: Partial<ProjectSettings> = {
  commands: {},
  tests: { reports: [], coverage: [] },
  actions: {},
  runtime: {
    command: [],
    environment: {},
    port: 8080,
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    keepReleases: 1,
  },
};

/** Input of an activity in step 1, with the pinned source of the world. */
export async function inputFor(
  world: CheckoutWorld,
  project: Partial<ProjectSettings>,
  more: Partial<ActionInput> = {},
): Promise<ActionInput> {
  const source = await world.pin();
  return {
    run: RUN,
    step: 1,
    settings: {},
    project: { ...UNSET, ...project },
    servers: ['app-server-1'],
    source,
    ...more,
  };
}

/** A command that runs a line of sh. */
export function sh(script: string, more: Partial<ProjectCommand> = {}): ProjectCommand {
  return { argv: ['sh', '-c', script], timeoutSeconds: 20, ...more };
}

/** Runs an activity as a worker would, with a heartbeat timeout. */
export function runActivity<P extends unknown[], R>(
  activity: ActivityFunction<P, R>,
  ...args: P
): Promise<R> {
  const logger = new DefaultLogger('ERROR');
  return new MockActivityEnvironment({ heartbeatTimeoutMs: 300 }, { logger }).run(
    activity,
    ...args,
  );
}
