/** runsheet.yaml of a test project in the lab. */
import { stringify } from 'yaml';
import { BACKEND } from './haproxy.ts';
import { IDENTITY_FILE, machine, services } from './machine.ts';

export type Section = Readonly<Record<string, unknown>>;

/** A server as the project lists it. */
export interface ProjectServer {
  readonly name: string;
  readonly [key: string]: unknown;
}

export interface ProjectOptions {
  /** Service, task queue and image of the project: projects of one lab do not mix. */
  readonly name: string;
  readonly environment: string;
  readonly servers: readonly ProjectServer[];
  /** Environments beside it, in the same pool. */
  readonly others?: Readonly<Record<string, readonly ProjectServer[]>>;
  readonly balancerUrl: string;
  readonly balancerSocket: string;
  /** host:port from which servers pull. Default: the lab's registry. */
  readonly pullFrom?: string;
  /** Keys of the sections `health` and `balancer` that replace those below. */
  readonly health?: Section;
  readonly balancer?: Section;
  /** Sections that replace those below. */
  readonly settings?: Section;
}

export function projectFile(options: ProjectOptions): string {
  return stringify({ ...defaults(options), ...options.settings });
}

/** A server whose host key and login are right. */
export function goodServer(
  server: { readonly name: string; readonly address: string; readonly hostKey: string },
  name = server.name,
): ProjectServer {
  return {
    name,
    host: server.address,
    user: 'root',
    identity_file: IDENTITY_FILE,
    host_keys: [server.hostKey],
  };
}

function check(name: string, format?: string): Section {
  return { run: ['./checks.sh', name], ...(format !== undefined && { format }), timeout: '1m' };
}

function defaults(options: ProjectOptions): Section {
  const { baseImage, pullRegistry, pushRegistry } = machine();
  const { temporalAddress, databaseUrl } = services();
  return {
    service: options.name,
    task_queue: options.name,
    source: { kind: 'git', path: '.', tag: '${version}' },
    commands: {
      analyze: check('analyze', 'sarif'),
      lint: check('lint', 'eslint'),
      scan: check('scan', 'sarif'),
      audit: check('audit', 'npm-audit'),
      test: check('test'),
      coverage: check('coverage'),
      compile: null,
      package: null,
    },
    tests: {
      reports: ['reports/junit.xml'],
      coverage: ['reports/lcov.info'],
      critical: { name: 'critical' },
    },
    image: {
      kind: 'docker',
      repository: `lab/${options.name}`,
      docker: { args: { BASE: baseImage } },
      minimum_free: '64MiB',
    },
    runtime: {
      environment: { PORT: '${port}' },
      port: 8080,
      stop: { signal: 'SIGTERM', grace: '8s' },
      keep_releases: 2,
    },
    files: [{ template: 'app.conf.template', path: 'config/app.conf' }],
    health: {
      path: '/healthz',
      json: { status: 'ok', version: '${version}' },
      timeout: '2s',
      ready: { successes: 2, interval: '100ms', limit: '8s' },
      smoke: [{ path: '/version', contains: '${version}' }],
      performance: { path: '/version', requests: 30, per_second: 60 },
      ...options.health,
    },
    balancer: {
      kind: 'haproxy',
      pool: BACKEND,
      url: options.balancerUrl,
      haproxy: [{ socket: options.balancerSocket }],
      verify: { requests: 30, path: '/version' },
      max_deviation: '60%',
      minimum_samples: 10,
      ...options.balancer,
    },
    registry: { url: `http://${pushRegistry}`, pull_url: options.pullFrom ?? pullRegistry },
    database: { url: databaseUrl },
    temporal: { address: temporalAddress },
    environments: Object.fromEntries(
      Object.entries({ [options.environment]: options.servers, ...options.others }).map(
        ([name, servers]) => [name, { servers }],
      ),
    ),
    roles: {
      tech_lead: { names: ['技术负责人', 'Tech lead'] },
      ops_lead: { names: ['运维负责人', 'Operations lead'] },
    },
    people: {
      alice: { name: 'Alice', roles: ['tech_lead'] },
      bob: { name: 'Bob', roles: ['ops_lead'] },
      carol: { name: 'Carol', roles: [] },
    },
  };
}
