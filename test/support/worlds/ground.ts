/** The servers of a world and the pool in front of them, and how they give way under whoever uses them. */
import { posix } from 'node:path';
import { createFakeContainerRuntime } from '../../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeHttpProbe } from '../../../src/adapters/fake/fake-http-probe.ts';
import { createFakeLoadBalancer } from '../../../src/adapters/fake/fake-load-balancer.ts';
import { createFakeServerHosts } from '../../../src/adapters/fake/fake-server-hosts.ts';
import { type FakeRelease, FakeWorld } from '../../../src/adapters/fake/fake-world.ts';
import type { ReleaseImage } from '../../../src/ports/container-runtime.ts';
import { PortError, type PortErrorKind } from '../../../src/ports/port-error.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';
import { FILE_PATH, PLATFORM, POOL } from './project.ts';
import { type Fault, isWrong, type ServerFault, type World } from './world.ts';

export const OLD_VERSION = 'v2.0.0';
const OLD = `sha256:${'1'.repeat(64)}`;
const ILL = `sha256:${'2'.repeat(64)}`;
/** The run that started what runs. */
export const EARLIER = 'earlier';
const DAY_MS = 86_400_000;
const MIB = 1024 ** 2;

type Trouble = PortError | null;
type Asked = (method: string, args: readonly unknown[]) => Trouble;

/** The same port, where what is asked of it may fail. */
export function troubled<P extends object>(port: P, asked: Asked): P {
  return new Proxy(port, {
    get: (target, key, receiver) => {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const trouble = asked(String(key), args);
        if (trouble !== null) throw trouble;
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

export function broken(kind: PortErrorKind, subject: string, what: Fault['what']): PortError {
  return new PortError(kind, subject, `${subject}: ${what}.`, 'Mend it.');
}

export interface Ground extends Pick<Ports, 'hosts' | 'runtime' | 'balancer' | 'http'> {
  readonly fake: FakeWorld;
  /** Servers that took traffic and were taken out of the pool. */
  readonly takenOut: ReadonlySet<string>;
}

export function groundOf(world: World): Ground {
  const fake = fakeOf(world);
  const takenOut = new Set<string>();
  const atServer: Asked = (method, [server, ...args]) =>
    typeof server === 'string' ? troubleAt(world, fake, server, method, args) : null;
  const hosts = createFakeServerHosts(fake);
  return {
    fake,
    takenOut,
    hosts: {
      ...hosts,
      get: (name) => hostOf(world, hosts.get(name)),
    },
    runtime: troubled(runtimeOf(world, fake), atServer),
    balancer: troubled(createFakeLoadBalancer(fake), (method, [, server]) => {
      if (isWrong(world, 'no balancer')) return broken('unreachable', 'balancer', 'no balancer');
      const member = fake.members.get(String(server));
      if (method === 'drain' && member?.admin === 'ready') takenOut.add(member.name);
      return null;
    }),
    http: troubled(createFakeHttpProbe(fake), (_method, [asked]) => unanswered(world, fake, asked)),
  };
}

/** Where a file may not be written, and what a shell there says of that. */
function hostOf(world: World, host: ServerHost): ServerHost {
  const isDenied = isWrong(world, 'file not to be written', host.name);
  const own: ServerHost = {
    ...host,
    exec: async (argv, options) => {
      if (argv[0] !== 'sh') return host.exec(argv, options);
      const stdout = isDenied ? `folder 0 ${posix.dirname(FILE_PATH)}\n` : '';
      return { exitCode: 0, stdout, stderr: '', truncated: false };
    },
  };
  return troubled(own, (method, [path]) => {
    const unreached = reach(world, host.name);
    if (unreached !== null || !isDenied || method !== 'writeFile') return unreached;
    const isBelow = String(path).startsWith(posix.dirname(FILE_PATH));
    return isBelow ? broken('refused', host.name, 'file not to be written') : null;
  });
}

/** An engine keeps the container that ran, with all that it ran with. */
function runtimeOf(world: World, fake: FakeWorld): Ports['runtime'] {
  const runtime = createFakeContainerRuntime(fake);
  if (world.kind !== 'docker') return runtime;
  return {
    ...runtime,
    async resume(name, _service, { digest, runId }) {
      const server = fake.server(name);
      const release = fake.releases.get(digest);
      if (server.last?.digest !== digest || release === undefined) return false;
      if (fake.running(server) === null) fake.launch(server, release, runId);
      return true;
    },
  };
}

function fakeOf(world: World): FakeWorld {
  const own = world.servers.map(({ name }) => name);
  const others = Array.from({ length: world.others }, (_, index) => `other-${index + 1}`);
  const releases: readonly FakeRelease[] = [
    { digest: OLD, version: OLD_VERSION },
    { digest: ILL, version: OLD_VERSION, answer: () => ({ status: 500 }) },
  ];
  const fake = new FakeWorld({ servers: [...own, ...others], releases, pool: POOL });
  for (const name of others) {
    launch(fake, name, OLD);
    fake.member(name).unreachable = isWrong(world, 'others are ill');
  }
  for (const { name, old, admin } of world.servers) {
    const server = fake.server(name);
    const member = fake.member(name);
    const is = (what: ServerFault): boolean => isWrong(world, what, name);
    if (old !== 'never was') launch(fake, name, is('old release is ill') ? ILL : OLD);
    if (old === 'has stopped') fake.end(server);
    const ownPlatform = is('another platform') ? 'linux/arm64' : PLATFORM;
    server.platform = world.kind === 'docker' ? ownPlatform : null;
    if (is('disk full')) server.freeBytes = 100 * MIB;
    server.deniedPull = is('denied to pull');
    server.portTaken = is('port of another program');
    if (is('clock a day off')) server.clockOffsetMs = -DAY_MS;
    member.admin = admin;
    member.unreachable = is('out of reach') || is('out of reach of the balancer');
    if (is('held by the balancer'))
      Object.assign(member, { admin: 'maint', held: { zh: '没有地址', en: 'no address' } });
    if (is('not in the pool')) (fake.members as Map<string, unknown>).delete(name);
  }
  return fake;
}

function launch(fake: FakeWorld, name: string, digest: string): void {
  const release = fake.releases.get(digest);
  if (release !== undefined) fake.launch(fake.server(name), release, EARLIER);
}

/** What is built meanwhile, or somebody else has built. */
export function learn(fake: FakeWorld, release: FakeRelease): void {
  (fake.releases as Map<string, FakeRelease>).set(release.digest, release);
}

function reach(world: World, server: string): Trouble {
  if (isWrong(world, 'out of reach', server)) return broken('unreachable', server, 'out of reach');
  if (isWrong(world, 'another host key', server))
    return broken('refused', server, 'another host key');
  return null;
}

function troubleAt(
  world: World,
  fake: FakeWorld,
  server: string,
  method: string,
  args: readonly unknown[],
): Trouble {
  const unreached = reach(world, server);
  if (unreached !== null) return unreached;
  if (isWrong(world, 'no engine', server)) return broken('unavailable', server, 'no engine');
  if (method === 'mayPull') return troubleOfRegistry(world, server);
  if (method === 'pull') return troubleOfPull(world, fake, server, args[1] as ReleaseImage);
  return method === 'start' ? troubleOfStart(world, server) : null;
}

/** Only an engine fetches itself, and finds a certificate not valid yet where its clock is a day behind. */
function troubleOfRegistry(world: World, server: string): Trouble {
  if (world.kind !== 'docker') return null;
  if (isWrong(world, 'no registry')) return broken('unreachable', server, 'no registry');
  return isWrong(world, 'clock a day off', server)
    ? broken('refused', server, 'clock a day off')
    : null;
}

function troubleOfPull(
  world: World,
  fake: FakeWorld,
  server: string,
  { digest }: ReleaseImage,
): Trouble {
  if (fake.server(server).present.has(digest)) return null;
  if (isWrong(world, 'no registry')) return broken('unreachable', server, 'no registry');
  if (isWrong(world, 'disk full', server)) return broken('unavailable', server, 'disk full');
  return troubleOfRegistry(world, server);
}

function troubleOfStart(world: World, server: string): Trouble {
  if (isWrong(world, 'port of another program', server))
    return broken('conflict', server, 'port of another program');
  if (world.kind === 'docker' && isWrong(world, 'another platform', server))
    return broken('invalid', server, 'another platform');
  return null;
}

/** The network between here and a server is the same for every port. */
function unanswered(world: World, fake: FakeWorld, asked: unknown): Trouble {
  const url = typeof asked === 'string' ? null : (asked as { readonly url: string }).url;
  if (url === null) return null;
  const server = [...fake.servers.values()].find((each) => url.includes(`:${each.servicePort}/`));
  return server === undefined ? null : reach(world, server.name);
}
