/** The worker process: config → adapters → activities → Worker. It prints one line, when it is ready. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environmentOfProcess, readEnvironment } from './config/environment.ts';
import { localeLanguage } from './config/locale.ts';
import type { TelemetrySettings } from './config/project-file.ts';
import { findProjectFolder } from './config/project-folder.ts';
import { readTelemetry } from './config/telemetry.ts';
import { isRole, type Role } from './config/worker-role.ts';
import type { Language } from './diagnostics/diagnostic.ts';
import { type HealthServer, serveHealth } from './worker/health.ts';
import { type OpenProject, openProject } from './worker/open-project.ts';
import { type Polled, type Polling, type PollOptions, startPolling } from './worker/poll.ts';
import { type ReadProject, readProjects } from './worker/read-projects.ts';
import { installRuntime } from './worker/runtime.ts';
import { WorkerStartError } from './worker/start-error.ts';
import { openTracing } from './worker/tracing/exporter.ts';
import { tracingInterceptor } from './worker/tracing/interceptor.ts';
import { loadWorkflowCode } from './worker/versions/bundle.ts';
import type { Manner } from './worker/versions/standing.ts';

export interface WorkerOptions {
  /** Folders of runsheet.yaml, one or more; each has its own queue, settings, keys and records. */
  readonly folders: readonly string[];
  /** Absent: both. */
  readonly role?: Role | null;
  /** What becomes of this worker's version; `join` where nothing is said. */
  readonly manner?: Manner;
  /** Of what the process prints; what a run says is in the run's. */
  readonly language: Language;
  /** Told, of a service, what is still open where the worker drains. */
  readonly onProgress: (service: string, line: string) => void;
  /** Called once the server sees the worker poll for every project. */
  readonly onReady: (ready: WorkerReady) => void;
}

export interface WorkerReady {
  readonly event: 'ready';
  readonly buildId: string;
  readonly projects: readonly Polled[];
}

/**
 * Runs until SIGTERM or SIGINT, or until it cannot go on for one of its projects.
 * @throws WorkerStartError, which says what to do next
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const projects = await readProjects(options.folders);
  const telemetry = telemetryOf(projects);
  installRuntime(telemetry);
  const tracing = openTracing(telemetry, environmentOfProcess()['OTEL_EXPORTER_OTLP_HEADERS']);
  const opened: OpenProject[] = [];
  const polling: Polling[] = [];
  let health: HealthServer | null = null;
  try {
    if (telemetry.health !== undefined) {
      health = await serveHealth(telemetry.health, async () => {
        // Not before each of them polls.
        if (polling.length < projects.length) return [];
        return Promise.all(polling.map((each) => each.health()));
      });
    }
    const { language, role = null } = options;
    for (const each of projects) {
      opened.push(await named(projects, each, openProject(each, { language, role })));
    }
    const code = await loadWorkflowCode();
    const interceptors = tracing === null ? [] : [tracingInterceptor(tracing)];
    const { manner = 'join', onProgress } = options;
    await serve(opened, polling, options, { code, manner, language, onProgress, interceptors });
  } finally {
    await health?.close();
    await tracing?.close();
    await Promise.all(opened.map((each) => each.close()));
  }
}

/** @throws WorkerStartError where its projects, or its variables, do not say one thing */
function telemetryOf(projects: readonly ReadProject[]): TelemetrySettings {
  const [only, ...others] = projects;
  const isOne = only !== undefined && others.length === 0;
  const environment = isOne ? readEnvironment(only.project.folder) : environmentOfProcess();
  const { telemetry, diagnostics } = readTelemetry(
    projects.map(({ project }) => project),
    environment,
  );
  if (telemetry === null) throw new WorkerStartError(...diagnostics);
  return telemetry;
}

/** @param polling filled as each project begins to poll */
async function serve(
  opened: readonly OpenProject[],
  polling: Polling[],
  { onReady }: WorkerOptions,
  options: PollOptions,
): Promise<void> {
  try {
    for (const each of opened) {
      polling.push(await named(opened, each, startPolling(each, options)));
    }
    const ended = Promise.all(polling.map((each) => each.ended));
    const ready = Promise.all(polling.map((each) => each.ready)).then((projects) =>
      onReady({ event: 'ready', buildId: options.code.buildId, projects }),
    );
    // A worker that ends early throws its reason; one that keeps running outlives its announcement.
    await Promise.race([ended, ready.then(() => ended)]);
  } finally {
    for (const each of polling) each.stop();
    await Promise.allSettled(polling.flatMap((each) => [each.ended, each.ready]));
  }
}

/** Of several projects, the one that cannot be served is named. */
async function named<T>(
  all: readonly ReadProject[],
  { project }: ReadProject,
  work: Promise<T>,
): Promise<T> {
  return work.catch((error: unknown) => {
    const isOneOfSeveral = all.length > 1 && error instanceof WorkerStartError;
    throw isOneOfSeveral ? error.of(project.folder) : error;
  });
}

/**
 * This file as a program, in the project's folder:
 * `node dist/worker.js [--projects FOLDER]… [--role deploy|build] [--make-current | --drain] [--lang zh|en]`.
 * What a person has to know goes to standard error, besides.
 * Errors go to standard error; exit 2 if the worker cannot start.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const { projects, role, manner, language } = readArguments(argv);
  try {
    await runWorker({
      folders: projects.length > 0 ? projects : [findProjectFolder(process.cwd())],
      role,
      manner,
      language,
      onReady: say,
      onProgress: sayLine,
    });
    process.exit(0);
  } catch (error) {
    const message =
      error instanceof WorkerStartError
        ? error.in(language)
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(error instanceof WorkerStartError ? 2 : 1);
  }
}

function say(ready: WorkerReady): void {
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  for (const { service, notices } of ready.projects)
    for (const each of notices) process.stderr.write(`${service}: ${each}\n`);
}

function sayLine(service: string, line: string): void {
  process.stdout.write(`${JSON.stringify({ event: 'draining', service, line })}\n`);
  process.stderr.write(`${service}: ${line}\n`);
}

/** Without `--lang` the locale's language, else English. */
function readArguments(argv: readonly string[]): {
  readonly projects: readonly string[];
  readonly role: Role | null;
  readonly manner: Manner;
  readonly language: Language;
} {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      projects: { type: 'string', multiple: true, default: [] },
      role: { type: 'string' },
      'make-current': { type: 'boolean', default: false },
      drain: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const { lang, role } = values;
  return {
    projects: values.projects,
    role: isRole(role) ? role : null,
    manner: values.drain ? 'drain' : values['make-current'] ? 'make-current' : 'join',
    language:
      lang === 'zh' || lang === 'en' ? lang : (localeLanguage(environmentOfProcess()) ?? 'en'),
  };
}

const [, program] = process.argv;
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
