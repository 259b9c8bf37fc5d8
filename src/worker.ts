/** The worker process: config → adapters → activities → Worker. It prints one line, when it is ready. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/create-activities.ts';
import type { DecisionPolicy } from './activities/local/index.ts';
import { readConnections, temporalUnknown } from './config/connections.ts';
import { type Environment, environmentOfProcess, readEnvironment } from './config/environment.ts';
import { loadProject } from './config/load-project.ts';
import { localeLanguage } from './config/locale.ts';
import type { ProjectFile } from './config/project-file.ts';
import { findProjectFolder } from './config/project-folder.ts';
import type { Language } from './diagnostics/diagnostic.ts';
import type { TemporalConnection } from './ports/connections.ts';
import { type Adapters, createAdapters } from './worker/adapters.ts';
import { loadWorkflowCode } from './worker/bundle.ts';
import { connectNative, deniedBy } from './worker/connect.ts';
import { identityOf, refuseOtherProjects } from './worker/queue.ts';
import { createResolver, createSettingsReader } from './worker/resolution.ts';
import { WorkerStartError } from './worker/start-error.ts';
import { createTemporalAccess } from './worker/temporal-access.ts';
import { deploymentNameOf, makeCurrent, waitForPoller } from './worker/versioning.ts';

export interface WorkerOptions {
  /** Folder of runsheet.yaml. */
  readonly folder: string;
  /** Whether new runs begin on this worker's version; always, if `runsheet dev` started the server. */
  readonly makeCurrent?: boolean;
  /** Of what the process prints; what a run says is in the run's. */
  readonly language: Language;
  /** Called once the server sees the worker poll. */
  readonly onReady: (ready: WorkerReady) => void;
}

export interface WorkerReady {
  readonly event: 'ready';
  readonly taskQueue: string;
  readonly buildId: string;
  readonly address: string;
}

/** Runs until SIGTERM or SIGINT. @throws WorkerStartError, which says what to do next */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const environment = readEnvironment(options.folder);
  const project = await projectOf(options.folder, environment);
  const { temporal } = project.connections;
  if (temporal === null) throw new WorkerStartError(temporalUnknown(project.connections));
  Runtime.install({
    logger: new DefaultLogger('WARN', (entry) =>
      console.error(entry.level, entry.message, entry.meta?.['error'] ?? ''),
    ),
  });
  const connection = await connectNative(temporal, environment);
  const adapters = await createAdapters(project, environment, options.language);
  try {
    await serve(options, { project, environment, temporal, connection, adapters });
  } catch (error) {
    throw deniedBy(temporal, error);
  } finally {
    await adapters.close();
    await connection.close();
  }
}

interface Parts {
  readonly project: ProjectFile;
  readonly environment: Environment;
  readonly temporal: TemporalConnection;
  readonly connection: NativeConnection;
  readonly adapters: Adapters;
}

async function serve(options: WorkerOptions, parts: Parts): Promise<void> {
  const { project, temporal, connection } = parts;
  const { taskQueue } = project;
  const { code, buildId } = await loadWorkflowCode();
  const version = { deploymentName: deploymentNameOf(taskQueue), buildId };
  await refuseSharedQueue(parts);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    identity: identityOf(project.service),
    taskQueue,
    workflowBundle: { code },
    activities: activitiesOf(options.folder, parts),
    workerDeploymentOptions: {
      version,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '14 seconds',
    // For 200 servers at once, the pool's guard, and what else a run does meanwhile.
    maxConcurrentActivityTaskExecutions: 300,
    // A cancellation reaches an activity with the answer to a heartbeat, so within two seconds.
    maxHeartbeatThrottleInterval: '2 seconds',
    defaultHeartbeatThrottleInterval: '2 seconds',
    maxConcurrentLocalActivityExecutions: 50,
  });
  const ended = worker.run();
  const ready = announce(options, parts, version);
  // A worker that ends early throws its reason; one that keeps running outlives its announcement.
  await Promise.race([ended, ready.then(() => ended)]).finally(() => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  });
  await ended;
}

/** A queue's work goes to whoever asks: another project's worker would run this one's releases. */
async function refuseSharedQueue({ project, temporal, connection }: Parts): Promise<void> {
  const { service, taskQueue } = project;
  await refuseOtherProjects(connection, { namespace: temporal.namespace, taskQueue, service });
}

async function announce(
  options: WorkerOptions,
  parts: Parts,
  version: { readonly deploymentName: string; readonly buildId: string },
): Promise<void> {
  const { project, temporal, connection } = parts;
  const embedded = await readConnections(options.folder);
  const isOwnServer = embedded?.temporal.address === temporal.address;
  await waitForPoller(connection, temporal.namespace, project.taskQueue);
  // Two that begin at once have not seen each other before.
  await refuseSharedQueue(parts);
  if (options.makeCurrent === true || isOwnServer) {
    await makeCurrent(connection, { namespace: temporal.namespace, ...version });
  }
  options.onReady({
    event: 'ready',
    taskQueue: project.taskQueue,
    buildId: version.buildId,
    address: temporal.address,
  });
}

function activitiesOf(
  folder: string,
  { project, environment, temporal, connection, adapters }: Parts,
): object {
  const { ports, redact } = adapters;
  const access = createTemporalAccess(connection, temporal.namespace);
  const policy = async (): Promise<DecisionPolicy> =>
    policyOf(await projectOf(folder, environment));
  return createActivities({
    ports,
    folder,
    redact,
    project: project.service,
    local: {
      resolve: createResolver(folder, environment),
      policy,
      temporal: () => Promise.resolve(access),
      taskQueue: project.taskQueue,
    },
    currentSettings: createSettingsReader(folder, environment),
    recipientsOf: async (roles) => {
      const { people } = await policy();
      return Object.values(people).filter((person) =>
        person.roles.some((role) => roles.includes(role)),
      );
    },
  });
}

function policyOf(project: ProjectFile): DecisionPolicy {
  return {
    roles: project.roles,
    people: project.people,
    allowSelfApproval: project.approval.allowSelfApproval,
  };
}

async function projectOf(folder: string, environment: Environment): Promise<ProjectFile> {
  const { project, diagnostics } = await loadProject(folder, environment);
  if (project !== null) return project;
  throw new WorkerStartError(...diagnostics);
}

/**
 * This file as a program, in the project's folder: `node dist/worker.js [--no-make-current] [--lang zh|en]`.
 * Errors go to standard error; exit 2 if the worker cannot start.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await runWorker({
      folder: findProjectFolder(process.cwd()),
      makeCurrent: !argv.includes('--no-make-current'),
      language: languageOf(argv),
      onReady: (ready) => void process.stdout.write(`${JSON.stringify(ready)}\n`),
    });
    process.exit(0);
  } catch (error) {
    const message =
      error instanceof WorkerStartError
        ? error.in(languageOf(argv))
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(error instanceof WorkerStartError ? 2 : 1);
  }
}

/** `--lang`, else the locale's, else English. */
function languageOf(argv: readonly string[]): Language {
  const at = argv.indexOf('--lang');
  const typed = at < 0 ? undefined : argv[at + 1];
  if (typed === 'zh' || typed === 'en') return typed;
  return localeLanguage(environmentOfProcess()) ?? 'en';
}

const [, program] = process.argv;
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
