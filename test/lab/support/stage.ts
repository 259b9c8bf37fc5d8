/**
 * A project of its own on servers of the lab: repository, runsheet.yaml, HAProxy, and the built worker
 * as a process. One stage serves many runs.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startWorkerProcess, type WorkerProcess } from '../../../src/embedded/worker-process.ts';
import type { Json } from '../../../src/plan/plan.ts';
import { distFolder, SEED_ID, seedText } from '../../e2e/support/stage.ts';
import { StageRun } from '../../e2e/support/stage-run.ts';
import { Haproxy, type HaproxyServer } from './haproxy.ts';
import { type Lease, leaseServers } from './lease.ts';
import { machine, RUN_FOLDER, services } from './machine.ts';
import { goodServer, type ProjectServer, projectFile, type Section } from './project.ts';
import { makeRepository, type Release, tagRelease } from './releases.ts';
import type { LabServer } from './server.ts';

const WORKER_PRIORITY = -10;

export interface LabStageOptions {
  /** Names the project: unlike every other test file's. */
  readonly name: string;
  /** How many servers of the lab it takes. */
  readonly servers: number;
  /** Tag → release; v1.0.0 and v2.0.0 are always there, and good. */
  readonly releases?: Readonly<Record<string, Release>>;
  /** File name in templates/ → text, beside the seed. */
  readonly templates?: Readonly<Record<string, string>>;
  /** development needs no approval. Default development. */
  readonly environment?: string;
  /** What the project lists. Default: the leased servers. */
  readonly listed?: (servers: readonly LabServer[]) => readonly ProjectServer[];
  /** What the project lists in environments beside it. */
  readonly others?: (
    servers: readonly LabServer[],
  ) => Readonly<Record<string, readonly ProjectServer[]>>;
  /** What HAProxy has. Default: the leased servers. */
  readonly pool?: (servers: readonly LabServer[]) => readonly HaproxyServer[];
  /** What HAProxy's health checks ask for. Default: the lab service's. */
  readonly checkPath?: string;
  /** host:port from which servers pull. */
  readonly pullFrom?: string;
  /** What of runsheet.yaml is not as support/project.ts has it. */
  readonly health?: Section;
  readonly balancer?: Section;
  readonly settings?: Section;
  /**
   * Another balancer that the project has in HAProxy's place, started before the worker; HAProxy goes on
   * beside it, untold, as a witness of who answers. @returns `balancer:` of runsheet.yaml
   */
  readonly front?: (stage: LabStage) => Promise<Section>;
  /** Files of the home folder that the worker sees: .ssh/config. */
  readonly home?: (servers: readonly LabServer[]) => Readonly<Record<string, string>>;
}

export interface DeployOptions {
  readonly id?: string;
  readonly type?: string;
  readonly servers?: readonly string[];
}

export async function startLabStage(options: LabStageOptions): Promise<LabStage> {
  const lease = await leaseServers(options.servers);
  const folder = mkdtempSync(join(tmpdir(), `runsheet-lab-${options.name}-`));
  const stage = new LabStage(options, lease, folder);
  try {
    await stage.open();
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

export class LabStage {
  readonly folder: string;
  readonly servers: readonly LabServer[];
  readonly #options: LabStageOptions;
  readonly #lease: Lease;
  /** Names the project among those of a lab that is kept from one start to the next. */
  readonly #project: string;
  #haproxy: Haproxy | null = null;
  #front: Section | null = null;
  #worker: WorkerProcess | null = null;
  #connection: Connection | null = null;
  #runs = 0;

  constructor(options: LabStageOptions, lease: Lease, folder: string) {
    this.#options = options;
    this.#lease = lease;
    this.#project = basename(folder).replace('runsheet-', '').toLowerCase();
    this.folder = folder;
    this.servers = lease.servers;
  }

  async open(): Promise<void> {
    const { releases, templates, pool, home, checkPath } = this.#options;
    await makeRepository(this.folder);
    for (const [tag, release] of Object.entries({ 'v1.0.0': {}, 'v2.0.0': {}, ...releases })) {
      await this.release(tag, release);
    }
    this.#haproxy = await Haproxy.start({
      folder: join(this.folder, '.runsheet', 'haproxy'),
      servers: pool?.(this.servers) ?? this.servers,
      ...(checkPath !== undefined && { checkPath }),
    });
    this.write('templates/deployment.md', seedText);
    for (const [file, text] of Object.entries(templates ?? {})) {
      this.write(`templates/${file}`, text);
    }
    for (const [file, text] of Object.entries(home?.(this.servers) ?? {})) this.write(file, text);
    this.#front = (await this.#options.front?.(this)) ?? null;
    this.configure();
    this.#worker = await startWorkerProcess({
      projectFolder: this.folder,
      env: workerEnvironment(this.folder),
      entry: join(distFolder(), 'worker.js'),
      // It measures servers that have priority too, on a machine that runs other stages beside it.
      onStarted: (pid) => setPriority(pid, WORKER_PRIORITY),
    });
    this.#connection = await Connection.connect({ address: services().temporalAddress });
  }

  /** Writes runsheet.yaml, which the next run reads. @param change sections that replace the stage's own */
  configure(change: Section = {}): void {
    const { listed, others, pullFrom, health, balancer, settings } = this.#options;
    const project = projectFile({
      name: this.#project,
      environment: this.environment,
      servers: listed?.(this.servers) ?? this.servers.map((server) => goodServer(server)),
      ...(others !== undefined && { others: others(this.servers) }),
      balancerUrl: this.haproxy.url,
      balancerSocket: this.haproxy.socket,
      ...(pullFrom !== undefined && { pullFrom }),
      health: health ?? {},
      balancer: balancer ?? {},
      settings: {
        ...settings,
        ...(this.#front !== null && { balancer: this.#front }),
        ...change,
      },
    });
    this.write('runsheet.yaml', project);
  }

  get haproxy(): Haproxy {
    if (this.#haproxy === null) throw new Error('the stage is not open');
    return this.#haproxy;
  }

  get client(): Client {
    if (this.#connection === null) throw new Error('the stage is not open');
    return new Client({ connection: this.#connection });
  }

  get environment(): string {
    return this.#options.environment ?? 'development';
  }

  /** Repository of the project's images in the registry. */
  get repository(): string {
    return `lab/${this.#project}`;
  }

  /** A leased server by its number, from 0. */
  server(index: number): LabServer {
    const found = this.servers[index];
    if (found === undefined) throw new Error(`no server ${index}`);
    return found;
  }

  release(tag: string, release: Release = {}): Promise<void> {
    return tagRelease(this.folder, tag, release);
  }

  /** Starts a run of the seed, or of another template, on all leased servers unless told otherwise. */
  async deploy(
    version: string,
    parameters: Readonly<Record<string, Json>> = {},
    { id, type, servers }: DeployOptions = {},
  ): Promise<StageRun> {
    this.#runs += 1;
    const input = {
      environment: this.environment,
      servers: [...(servers ?? this.servers.map(({ name }) => name))],
      version,
      requested_by: 'carol',
      ...parameters,
    };
    const handle = await this.client.workflow.start(type ?? SEED_ID, {
      taskQueue: this.#project,
      workflowId: id ?? `${this.#project}-${this.#runs}`,
      args: [input],
    });
    return new StageRun(handle);
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    await this.#worker?.close();
    await this.#haproxy?.stop();
    this.#lease.close();
    if (process.env['LAB_KEEP'] !== '1') rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of whoever runs the tests, with the lab's engine for builds and a home folder of its own. */
function workerEnvironment(folder: string): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|BALANCER_URL|NODE_OPTIONS|VITEST|SSH_AUTH_SOCK)/.test(name),
  );
  const docker = { DOCKER_HOST: machine().dockerHost, DOCKER_CONFIG: join(RUN_FOLDER, 'docker') };
  // Outside the project, which is this worker's home.
  const checkouts = { RUNSHEET_CHECKOUTS: join(RUN_FOLDER, 'checkouts') };
  return { ...Object.fromEntries(kept), ...docker, ...checkouts, HOME: folder };
}
