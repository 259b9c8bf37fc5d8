/**
 * A whole project on this machine for end-to-end tests: a copy of the sample service, the embedded
 * environment on ports of its own, and the built worker as a process beside it. One stage serves
 * many runs; templates and the sample may be edited between them, as both are read afresh by a run.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type Connection } from '@temporalio/client';
import { type Environment, startEnvironment } from '../../../src/embedded/environment.ts';
import { startWorkerProcess, type WorkerProcess } from '../../../src/embedded/worker-process.ts';
import type { Json } from '../../../src/plan/plan.ts';
import type { Connections } from '../../../src/ports/connections.ts';
import { StageRun } from './stage-run.ts';
import { connectTo, environmentVariables } from './stage-temporal.ts';
import { World } from './world.ts';

const SAMPLE = fileURLToPath(new URL('../../../examples/service', import.meta.url));
const SEED = new URL('../../../../shared/seed/deployment.md', import.meta.url);
const OWN = new URL('../../../templates/deployment.md', import.meta.url);

/** The reference template: beside the checkout where it is, else the project's own write-up. */
export const seedText = readFileSync(existsSync(SEED) ? SEED : OWN, 'utf8');

export const PRODUCTION = ['app-server-1', 'app-server-2', 'app-server-3'] as const;
export const SERVERS: Readonly<Record<string, readonly string[]>> = {
  production: PRODUCTION,
  staging: ['staging-server-1'],
  development: ['dev-server-1'],
};
const SERVICE = 'shipping-quotes';
const TASK_QUEUE = 'runsheet';
export const SEED_ID = 'deployment_workflow_v1';

/** Replaces text that must be there. */
export function edited(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text lacks "${from}"`);
  return text.replace(from, () => to);
}

/** The section of one step of a template, from its heading to the next heading. */
export function stepText(text: string, number: number): string {
  const found = new RegExp(`^### ${number}\\. [\\s\\S]*?(?=^##)`, 'mu').exec(text);
  if (found === null) throw new Error(`the template lacks step ${number}`);
  return found[0];
}

/** A template's text under an id of its own, so that it stands beside the reference template. */
export function withId(text: string, id: string): string {
  return edited(text, `template_id: ${SEED_ID}`, `template_id: ${id}`);
}

export interface StageOptions {
  /** File name in the project's templates/ → text. */
  readonly templates?: Readonly<Record<string, string>>;
  /** Changes the copy of the sample service before anything starts. */
  readonly prepare?: (folder: string) => void;
  /** False leaves a worker that was killed dead until `worker.start()`. Default true. */
  readonly restartWorker?: boolean;
  /** So many workers on the same queue, each restarted alike. Default one. */
  readonly workers?: number;
  /** The worker's program. Default: the built one. */
  readonly workerEntry?: string;
  /** Folders of other projects that the same worker serves. Default: none. */
  readonly projects?: readonly string[];
  /** What is typed after the worker's name. Default: nothing. */
  readonly workerArgs?: readonly string[];
  /** Of the worker's process alone. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** TEMPORAL_… of a server that runs elsewhere. Default: one of the stage's own. */
  readonly temporal?: Readonly<Record<string, string>>;
}

export interface StartOptions {
  readonly id?: string;
  /** The template's id; default the reference template's. */
  readonly type?: string;
}

/** Starts everything; about four seconds. Close it, or processes stay behind. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-stage-'));
  cpSync(SAMPLE, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  options.prepare?.(folder);
  for (const [name, text] of Object.entries(options.templates ?? {})) {
    writeBelow(folder, join('templates', name), text);
  }
  const env = { ...environmentVariables(), ...options.temporal };
  let environment: Environment | null = null;
  const workers: WorkerProcess[] = [];
  try {
    const opened = await startEnvironment({
      projectFolder: folder,
      env,
      temporalPort: 0,
      uiPort: 0,
      balancerPort: 0,
      servers: Object.entries(SERVERS).flatMap(([name, servers]) =>
        servers.map((server) => ({ name: server, environment: name })),
      ),
    });
    environment = opened;
    const entry = options.workerEntry ?? join(distFolder(), 'worker.js');
    const startWorker = async (): Promise<WorkerProcess> => {
      const started = await startWorkerProcess({
        projectFolder: folder,
        env: { ...env, ...options.workerEnv },
        entry,
        args: [
          ...(options.workerArgs ?? []),
          ...(options.projects === undefined ? [] : together([folder, ...options.projects])),
        ],
        restart: options.restartWorker ?? true,
        onStarted: (pid) => void opened.record(pid),
      });
      workers.push(started);
      return started;
    };
    const worker = await startWorker();
    while (workers.length < (options.workers ?? 1)) await startWorker();
    const connection = await connectTo(opened.connections.temporal, env);
    return new Stage({ folder, environment: opened, worker, workers, connection });
  } catch (error) {
    await Promise.all(workers.map((each) => each.close()));
    await environment?.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function together(folders: readonly string[]): readonly string[] {
  return folders.flatMap((each) => ['--projects', each]);
}

/** The built program's folder. */
export function distFolder(): string {
  const given = process.env['RUNSHEET_E2E_DIST'];
  return given ?? fileURLToPath(new URL('../../../dist', import.meta.url));
}

function writeBelow(folder: string, path: string, text: string | Uint8Array): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

interface StageParts {
  readonly folder: string;
  readonly environment: Environment;
  /** The first of all. */
  readonly worker: WorkerProcess;
  readonly workers: readonly WorkerProcess[];
  readonly connection: Connection;
}

export class Stage {
  readonly folder: string;
  readonly worker: WorkerProcess;
  /** All of them. */
  readonly workers: readonly WorkerProcess[];
  readonly client: Client;
  readonly connections: Connections;
  /** TEMPORAL_ADDRESS, TEMPORAL_UI_URL and BALANCER_URL, as in .runsheet/env. */
  readonly env: Readonly<Record<string, string>>;
  readonly world: World;
  readonly #parts: StageParts;
  #count = 0;

  constructor(parts: StageParts) {
    this.#parts = parts;
    this.folder = parts.folder;
    this.worker = parts.worker;
    this.workers = parts.workers;
    this.client = new Client({ connection: parts.connection });
    this.connections = parts.environment.connections;
    this.env = parts.environment.env;
    this.world = new World(this.connections, SERVICE);
  }

  /** Starts a run by its template's id. @param input parameters, a request's text, or several inputs */
  async start(input: Json | readonly Json[], { id, type }: StartOptions = {}): Promise<StageRun> {
    this.#count += 1;
    const workflowId = id ?? `e2e-${this.#count}`;
    const handle = await this.client.workflow.start(type ?? SEED_ID, {
      taskQueue: TASK_QUEUE,
      workflowId,
      args: Array.isArray(input) ? input : [input],
      // As `runsheet run` has it for a few servers.
      workflowTaskTimeout: '4 seconds',
    });
    return new StageRun(handle);
  }

  /** Starts a run for one environment with all its servers. */
  deploy(
    environment: string,
    version: string,
    parameters: Readonly<Record<string, Json>> = {},
    options: StartOptions = {},
  ): Promise<StageRun> {
    const servers = SERVERS[environment] ?? [];
    const request = { environment, servers, version, requested_by: 'carol', ...parameters };
    return this.start(request, options);
  }

  /** Writes a file of the project: templates/x.md, runsheet.yaml, src/behaviour.mjs. */
  write(path: string, text: string | Uint8Array): void {
    writeBelow(this.folder, path, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true, force: true });
  }

  /** Replaces text of a project file that must be there. */
  edit(path: string, from: string, to: string): void {
    this.write(path, edited(this.read(path), from, to));
  }

  /** The sample service as it is shipped: source, tests and runsheet.yaml. */
  restoreSample(): void {
    for (const part of ['src', 'tests', 'config', 'release.json', 'runsheet.yaml']) {
      this.remove(part);
      cpSync(join(SAMPLE, part), join(this.folder, part), { recursive: true });
    }
  }

  /** Ends everything and leaves nothing behind. */
  async close(): Promise<void> {
    await this.#parts.connection.close();
    await Promise.all(this.#parts.workers.map((each) => each.close()));
    await this.#parts.environment.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
