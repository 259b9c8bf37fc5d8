/**
 * One project with two workers that deploy and one that builds, each of another operating-system user,
 * on a cluster's Temporal and PostgreSQL. Only root can start them.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, startEnvironment } from '../../../src/embedded/environment.ts';
import type { Connections } from '../../../src/ports/connections.ts';
import { World } from '../../e2e/support/world.ts';
import { Haproxy } from '../../lab/support/haproxy.ts';
import { run } from '../../lab/support/shell.ts';
import { Attempts } from './attempts.ts';
import type { Cluster } from './cluster.ts';
import { Member } from './member.ts';
import { KEY_FILE, makeSharedProject } from './shared-project.ts';
import { give, type User } from './user.ts';

export const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'] as const;
/** Of the workers that deploy: whoever is in it may speak to the balancer. */
const DEPLOYERS = 65_020;
export const USERS = {
  'deploy-1': { uid: 65_011, gid: DEPLOYERS },
  'deploy-2': { uid: 65_012, gid: DEPLOYERS },
  build: { uid: 65_013, gid: 65_013 },
} as const satisfies Readonly<Record<string, User>>;
export type MemberName = keyof typeof USERS;
const DATABASE = 'runsheet';
const SERVICE = 'shipping-quotes';
const SECRETS = '.runsheet/secrets';
const KEYS = '.runsheet/keys';
const OPERATIONS = new URL('../../../docs/operations.md', import.meta.url);

export class Crew {
  readonly world: World;
  readonly attempts: Attempts;
  readonly members: Readonly<Record<MemberName, Member>>;
  readonly #around: string;
  readonly #environment: Environment;
  readonly #haproxy: Haproxy;

  private constructor(
    made: Pick<Crew, 'world' | 'attempts' | 'members'>,
    { around, environment, haproxy }: Surroundings,
  ) {
    this.world = made.world;
    this.attempts = made.attempts;
    this.members = made.members;
    this.#around = around;
    this.#environment = environment;
    this.#haproxy = haproxy;
  }

  /** Everything but the workers runs then. @param versions tags of the project */
  static async gather(cluster: Cluster, versions: readonly string[]): Promise<Crew> {
    const around = mkdtempSync(join(tmpdir(), 'runsheet-crew-'));
    chmodSync(around, 0o711);
    const environment = await startServers(join(around, 'servers'), cluster);
    const { connections } = environment;
    const haproxy = await Haproxy.start({
      folder: join(around, 'balancer'),
      socketGroup: DEPLOYERS,
      servers: connections.servers.map(({ name, servicePort }) => ({
        name,
        address: '127.0.0.1',
        port: servicePort,
      })),
    });
    const surroundings: Surroundings = { around, environment, haproxy };
    const attempts = new Attempts(join(around, 'attempts'));
    const project = join(around, 'project');
    await makeSharedProject(project, {
      versions,
      servers: connections.servers,
      registryUrl: connections.registry.url,
      balancer: haproxy,
      attempts,
    });
    const members = await makeMembers(cluster, surroundings, project);
    attempts.aim(targetsOf(members, surroundings));
    await give(attempts.folder, USERS.build);
    const world = new World(connections, SERVICE);
    return new Crew({ world, attempts, members }, surroundings);
  }

  get all(): readonly Member[] {
    return Object.values(this.members);
  }

  async start(): Promise<void> {
    for (const member of this.all) await member.start();
    const { paths, ...rest } = targetsOf(this.members, {
      around: this.#around,
      environment: this.#environment,
      haproxy: this.#haproxy,
    });
    const environ = `/proc/${this.members['deploy-1'].pid}/environ`;
    this.attempts.aim({ ...rest, paths: { ...paths, 'the token of a worker': environ } });
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((member) => member.close()));
    await this.#haproxy.stop();
    await this.#environment.close();
    rmSync(this.#around, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly around: string;
  readonly environment: Environment;
  readonly haproxy: Haproxy;
}

function startServers(folder: string, cluster: Cluster): Promise<Environment> {
  mkdirSync(folder);
  return startEnvironment({
    projectFolder: folder,
    env: { ...process.env, ...cluster.environment(cluster.token()) },
    temporalPort: 0,
    uiPort: 0,
    balancerPort: 0,
    servers: SERVERS.map((name) => ({ name, environment: 'production' })),
  });
}

/** As docs/operations.md says: one database, a login for all that it holds and one for artifacts. */
async function openDatabase(cluster: Cluster): Promise<{ all: string; artifacts: string }> {
  const password = (): string => randomBytes(12).toString('hex');
  const [deployer, builder] = [
    { user: 'deployer', password: password() },
    { user: 'builder', password: password() },
  ];
  const roles = [deployer, builder].map(
    (login) => `create role ${login.user} login password '${login.password}'`,
  );
  await cluster.administer('postgres', ...roles, `create database ${DATABASE} owner deployer`);
  const [all, artifacts] = [deployer, builder].map((login) => cluster.databaseUrl(DATABASE, login));
  return { all: all ?? '', artifacts: artifacts ?? '' };
}

async function makeMembers(
  cluster: Cluster,
  { around, environment }: Surroundings,
  project: string,
): Promise<Readonly<Record<MemberName, Member>>> {
  const database = await openDatabase(cluster);
  const seal = await makeSealKey();
  const deploys = {
    [KEY_FILE]: loginKeyOf(environment.connections),
    [`${KEYS}/seal.pem`]: seal.privateKey,
    [`${SECRETS}/database`]: database.all,
    [`${SECRETS}/artifacts`]: database.all,
  };
  const builds = {
    [`${KEYS}/seal-shared.pub`]: seal.publicKey,
    [`${SECRETS}/artifacts`]: database.artifacts,
  };
  const made = await Promise.all(
    Object.entries(USERS).map(async ([name, user]) => {
      const role = name === 'build' ? ('build' as const) : ('deploy' as const);
      const token = cluster.keys.token({ permissions: ['default:write'], subject: name });
      const member = await Member.make({
        name,
        user,
        role,
        around,
        project,
        files: role === 'build' ? builds : deploys,
        temporal: cluster.environment(token),
        onStarted: (pid) => cluster.record(pid),
      });
      return [name, member] as const;
    }),
  );
  const members = Object.fromEntries(made) as Record<MemberName, Member>;
  // The tables are made by whoever asks first; the login for artifacts gets the one and not the other.
  const asked = await members['deploy-1'].typed('prune', '--dry-run');
  if (asked.code !== 0) throw new Error(asked.stderr);
  await cluster.administer(
    DATABASE,
    'grant select, insert, update, delete on artifacts to builder',
  );
  return members;
}

/** As docs/operations.md has it typed. */
async function makeSealKey(): Promise<{ privateKey: string; publicKey: string }> {
  const [, script = ''] =
    /^```sh seal-key\n([\s\S]*?)^```$/mu.exec(readFileSync(OPERATIONS, 'utf8')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-seal-'));
  try {
    await run(['sh', '-euc', script], { cwd: folder });
    const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { privateKey: text('seal.pem'), publicKey: text('seal-shared.pub') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function loginKeyOf({ servers: [server] }: Connections): string {
  return readFileSync(server?.identityFiles?.[0] ?? '', 'utf8');
}

function targetsOf(
  members: Readonly<Record<MemberName, Member>>,
  { environment, haproxy }: Surroundings,
): Parameters<Attempts['aim']>[0] {
  const deployers = [members['deploy-1'], members['deploy-2']];
  const paths = deployers.flatMap(({ name, folder }) => [
    [`the folder of ${name}`, folder],
    [`the login of ${name}`, join(folder, KEY_FILE)],
    [`the seal key of ${name}`, join(folder, KEYS, 'seal.pem')],
    [`the database of ${name}`, join(folder, SECRETS, 'database')],
  ]);
  const [server] = environment.connections.servers;
  const folders = Object.values(members).map(({ folder }) => folder);
  return {
    paths: Object.fromEntries(paths),
    socket: haproxy.socket,
    ssh: {
      port: server?.port ?? 0,
      user: server?.user ?? '',
      keys: folders.map((folder) => join(folder, KEY_FILE)),
    },
    databases: folders.flatMap((folder) => [
      join(folder, SECRETS, 'database'),
      join(folder, SECRETS, 'artifacts'),
    ]),
    query: 'select count(*) from deployments',
  };
}
