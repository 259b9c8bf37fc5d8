/**
 * Temporal as it runs in production: its own server on PostgreSQL, each role a process, TLS, and nobody
 * without a token of ours. Close it; if this process is killed, its processes end within seconds.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { Client } from 'pg';
import type { FolderClaim } from '../../../src/embedded/folder-claim.ts';
import { run, until } from '../../lab/support/shell.ts';
import { freePort } from '../../support/free-port.ts';
import { issueServerCertificate, type ServerCertificate } from './certificates.ts';
import { KeySet } from './keys.ts';
import { listens, Part } from './part.ts';
import { DATABASE_USER, preparePostgres } from './postgres.ts';
import { programs } from './programs.ts';
import {
  clusterConfiguration,
  DATABASES,
  DYNAMIC_CONFIGURATION,
  ROLES,
  type Role,
  type RolePorts,
} from './settings.ts';
import { watchProcesses } from './watch.ts';

const SERVER_NAME = 'temporal.example.com';
const NAMESPACE = 'default';
const RETENTION = '72 hours';
const READY_LIMIT_MS = 60_000;

export type PartName = Role | 'postgresql';

export interface DatabaseLogin {
  readonly user: string;
  readonly password: string;
}

export class Cluster {
  readonly address: string;
  readonly keys: KeySet;
  readonly #folder: string;
  readonly #certificate: ServerCertificate;
  readonly #watch: FolderClaim;
  readonly #databasePassword = randomBytes(16).toString('hex');
  #databasePort = 0;
  readonly #parts = new Map<PartName, Part>();

  private constructor(folder: string, keys: KeySet, certificate: ServerCertificate, port: number) {
    this.#folder = folder;
    this.#certificate = certificate;
    this.#watch = watchProcesses(folder);
    this.keys = keys;
    this.address = `127.0.0.1:${port}`;
  }

  static async start(): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'runsheet-cluster-'));
    // PostgreSQL's user passes through.
    chmodSync(folder, 0o711);
    const keys = await KeySet.publish();
    const certificate = await issueServerCertificate(folder, SERVER_NAME);
    const ports = await rolePorts();
    const cluster = new Cluster(folder, keys, certificate, ports.frontend.grpcPort);
    try {
      await cluster.#open(ports);
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** One of its processes. */
  part(name: PartName): Part {
    const found = this.#parts.get(name);
    if (found === undefined) throw new Error(`no part ${name}`);
    return found;
  }

  /** A worker's or a person's, for the namespace. @param role admin may add search attributes, too */
  token(role: 'admin' | 'write' | 'read' = 'admin'): string {
    return this.keys.token({ permissions: [`${NAMESPACE}:${role}`] });
  }

  /** As whoever holds this token connects. @param token absent: nobody's */
  environment(token?: string): Record<string, string> {
    return {
      TEMPORAL_ADDRESS: this.address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: this.#certificate.authorityFile,
      ...(token !== undefined && { TEMPORAL_API_KEY: token }),
    };
  }

  /** @param login absent: the administrator's */
  databaseUrl(
    database: string,
    { user, password }: DatabaseLogin = { user: DATABASE_USER, password: this.#databasePassword },
  ): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.#databasePort}/${database}`;
  }

  /** As the database's administrator. */
  async administer(database: string, ...statements: readonly string[]): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl(database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** A process of the test's own that ends with the cluster's where this process is killed. */
  record(pid: number): void {
    void this.#watch.record(pid);
  }

  async close(): Promise<void> {
    // Against their order of start: the database last.
    for (const part of [...this.#parts.values()].reverse()) await part.close();
    await this.#watch.release();
    this.keys.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #open(ports: Readonly<Record<Role, RolePorts>>): Promise<void> {
    this.#databasePort = await freePort();
    const onStarted = (pid: number): void => this.record(pid);
    const postgres = await preparePostgres({
      folder: this.#folder,
      port: this.#databasePort,
      password: this.#databasePassword,
      onStarted,
    });
    this.#parts.set('postgresql', postgres);
    await postgres.start();
    await createSchema(this.#databasePort, this.#databasePassword);
    const configuration = this.#write('cluster.yaml', this.#configuration(ports), 0o600);
    for (const role of ROLES) {
      const argv = [programs().server, '--config-file', configuration, 'start', '--service', role];
      const part = new Part({
        name: role,
        argv,
        folder: this.#folder,
        logFile: join(this.#folder, `${role}.log`),
        serves: () => listens(ports[role].grpcPort),
        onStarted,
      });
      this.#parts.set(role, part);
    }
    const [first, ...others] = ROLES;
    await this.part(first).start();
    await Promise.all(others.map((role) => this.part(role).start()));
    await this.#createNamespace();
  }

  #configuration(ports: Readonly<Record<Role, RolePorts>>): string {
    return clusterConfiguration({
      databasePort: this.#databasePort,
      databasePassword: this.#databasePassword,
      keySetUrl: this.keys.url,
      certificateFile: this.#certificate.certificateFile,
      keyFile: this.#certificate.keyFile,
      dynamicConfigFile: this.#write('dynamic.yaml', DYNAMIC_CONFIGURATION),
      ports,
    });
  }

  #write(name: string, text: string, mode = 0o644): string {
    const file = join(this.#folder, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  /** Settles when the roles agree that it is there. */
  async #createNamespace(): Promise<void> {
    const connection = await Connection.connect({
      address: this.address,
      apiKey: this.keys.token({ permissions: ['temporal-system:admin'] }),
      tls: {
        serverNameOverride: SERVER_NAME,
        serverRootCACertificate: this.#certificate.authority,
      },
    });
    try {
      const { workflowService } = connection;
      await workflowService.registerNamespace({
        namespace: NAMESPACE,
        workflowExecutionRetentionPeriod: msToTs(RETENTION),
      });
      const answers = (): Promise<boolean> =>
        workflowService.listOpenWorkflowExecutions({ namespace: NAMESPACE }).then(
          () => true,
          () => false,
        );
      await until('the namespace is known', answers, READY_LIMIT_MS);
    } finally {
      await connection.close();
    }
  }
}

async function rolePorts(): Promise<Readonly<Record<Role, RolePorts>>> {
  const of = async (): Promise<RolePorts> => ({
    grpcPort: await freePort(),
    membershipPort: await freePort(),
  });
  const ports = await Promise.all(ROLES.map(async (role) => [role, await of()] as const));
  return Object.fromEntries(ports) as Record<Role, RolePorts>;
}

async function createSchema(port: number, password: string): Promise<void> {
  const env = { SQL_PASSWORD: password };
  for (const [database, schema] of Object.entries(DATABASES)) {
    const place = ['--endpoint', '127.0.0.1', '--port', String(port), '--user', DATABASE_USER];
    const tool = [programs().sqlTool, '--plugin', 'postgres12', ...place, '--database', database];
    await run([...tool, 'create-database'], { env });
    await run([...tool, 'setup-schema', '--version', '0.0'], { env });
    await run([...tool, 'update-schema', '--schema-name', schema], { env });
  }
}
