/** Stopping as told, and containers created as docker-compose's keys say: read from the engine itself. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/config/load-project.ts';
import { until } from '../support/shell.ts';
import { pushImage } from './support/images.ts';
import { openPlace, type Place, PORT, SERVICE, startOf } from './support/place.ts';

const REPOSITORY = 'docker/options';

let place: Place;
let good: string;
let lingers: string;

beforeAll(async () => {
  good = await pushImage(REPOSITORY, 'v1');
  lingers = await pushImage(REPOSITORY, 'lingers', { behaviour: 'lingers 30' });
  place = await openPlace({ repository: REPOSITORY });
});
afterEach(() => place.server.reset());
afterAll(() => place?.close());

function containerOf(yaml: string) {
  const text = `service: app\nenvironments: {}\nimage: { kind: docker }\ncontainer:\n${yaml}`;
  const { project, diagnostics } = parseProject('/p', text);
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  return project.settings.container;
}

async function run(digest: string, more = {}): Promise<void> {
  const { runtime, server } = place;
  await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest }, {});
  await runtime.start(server.name, SERVICE, { ...startOf(digest, 'v1', 'run-1'), ...more });
  const url = `http://${server.address}:${PORT}/version`;
  const answers = () =>
    fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('it answers', answers);
}

const stop = (options = {}) =>
  place.runtime.stop(place.server.name, SERVICE, { signal: 'SIGTERM', graceMs: 5_000, ...options });
const inspected = async (format: string): Promise<unknown> =>
  JSON.parse(await place.shell(`docker inspect -f '{{json ${format}}}' ${SERVICE}`));

describe('a stop', () => {
  it('is graceful where the service ends by itself', async () => {
    await run(good);
    expect(await stop()).toMatchObject({ forced: false });
    expect(await inspected('.State.ExitCode')).toBe(0);
  });

  it('is forced, and says so, after the grace', async () => {
    await run(lingers);
    const stopped = await stop({ graceMs: 1_000 });
    expect(stopped).toMatchObject({ forced: true });
    expect(stopped.durationMs).toBeGreaterThanOrEqual(1_000);
    expect(stopped.durationMs).toBeLessThan(6_000);
    expect(await inspected('.State.ExitCode')).toBe(137);
  });

  it('by another signal than the container has is graceful or forced just so', async () => {
    await run(good);
    expect(await stop({ signal: 'SIGINT' })).toMatchObject({ forced: false });
    expect(await inspected('.State.ExitCode')).toBe(0);
    await place.server.reset();
    await run(lingers);
    expect(await stop({ signal: 'INT', graceMs: 500 })).toMatchObject({ forced: true });
    expect(await inspected('.State.Running')).toBe(false);
  });

  it('runs the command before it inside the container, and not the stop where that fails', async () => {
    await run(good);
    const before = ['/usr/bin/perl', '-e', 'open F, ">/srv/left"; print F "leaving"'];
    expect(await stop({ before })).toMatchObject({ forced: false });
    await place.shell(`docker cp ${SERVICE}:/srv/left /tmp/left`);
    expect(await place.shell('cat /tmp/left')).toBe('leaving');
    await place.server.reset();
    await run(good);
    const failing = ['/usr/bin/perl', '-e', 'print STDERR "the queue is busy"; exit 4'];
    await expect(stop({ before: failing })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/ended with 4: the queue is busy\.$/u),
    });
    expect(await inspected('.State.Running')).toBe(true);
  });

  it('is not brought back by a policy of always', async () => {
    await run(good, { container: containerOf('  restart: always\n') });
    await place.runtime.finish(place.server.name, SERVICE, 3);
    expect(await inspected('.HostConfig.RestartPolicy.Name')).toBe('always');
    await stop();
    await place.server.cutPower();
    await place.server.powerOn();
    expect(await inspected('.State.Running')).toBe(false);
  });

  it('ends a container that is paused', async () => {
    await run(good);
    await place.shell(`docker pause ${SERVICE} >/dev/null`);
    await stop({ graceMs: 1_000 });
    expect(await inspected('.State.Running')).toBe(false);
  });
});

describe('B12: an image with a STOPSIGNAL of its own', () => {
  /** Ends with 42 at QUIT, 43 at WINCH, and at TERM as any program does. */
  const LISTENS =
    '$| = 1; $SIG{QUIT} = sub { exit 42 }; $SIG{WINCH} = sub { exit 43 }; print "up\\n"; sleep 1 while 1';
  const COMMAND = `  entrypoint: [/usr/bin/perl, -e, '${LISTENS}']\n  init: false\n`;
  let quits: string;
  beforeAll(async () => {
    quits = await pushImage(REPOSITORY, 'quits', { more: 'STOPSIGNAL SIGQUIT\n' });
  });

  it.each([
    ['by its own signal where the project names none', '', {}, 42],
    ['by the one of container.stop_signal', '  stop_signal: SIGWINCH\n', {}, 43],
    ['by the one of runtime.stop', '', { signal: 'SIGWINCH' }, 43],
    ['by that one before the container’s', '  stop_signal: SIGINT\n', { signal: 'SIGQUIT' }, 42],
  ])('is stopped %s', async (_, keys, how, code) => {
    const { runtime, server } = place;
    await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest: quits }, {});
    const container = containerOf(COMMAND + keys);
    await runtime.start(server.name, SERVICE, { ...startOf(quits, 'v1', 'run-1'), container });
    await until('it listens', async () => (await place.shell(`docker logs ${SERVICE}`)) === 'up');
    const stopped = await runtime.stop(server.name, SERVICE, { graceMs: 5_000, ...how });
    expect(stopped.forced).toBe(false);
    expect(await inspected('.State.ExitCode')).toBe(code);
  });
});

describe('a container', () => {
  it('is created as its keys say', async () => {
    await place.shell(
      'docker network create front >/dev/null; docker network create back >/dev/null',
    );
    const container = containerOf(`
  ports: ["\${port}:8080", "127.0.0.1:9000-9001:9000-9001/udp"]
  volumes: [/srv/config:/config:ro, data:/data, /scratch]
  tmpfs: [/run:size=1m]
  networks: [front, back]
  environment: { GREETING: "it's \\"here\\"" }
  healthcheck: { test: [CMD, "true"], interval: 5s, timeout: 2s, start_period: 1s, retries: 4 }
  mem_limit: 256m
  cpus: 0.5
  pids_limit: 100
  ulimits: { nofile: { soft: 1000, hard: 2000 } }
  restart: on-failure:3
  user: "0:0"
  group_add: [7]
  working_dir: /srv
  hostname: web
  read_only: true
  cap_drop: [NET_RAW]
  security_opt: [no-new-privileges]
  dns: 10.0.0.53
  sysctls: { net.core.somaxconn: 512 }
  logging: { driver: json-file, options: { max-size: 1m, max-file: 2 } }
  extra_hosts: [db=10.0.0.1]
  labels: { team: a }
`);
    await run(good, { container, environment: { GREETING: `it's "here"` } });
    expect(await inspected('.HostConfig')).toMatchObject({
      PortBindings: {
        '8080/tcp': [{ HostIp: '', HostPort: '8080' }],
        '9000/udp': [{ HostIp: '127.0.0.1', HostPort: '9000' }],
        '9001/udp': [{ HostIp: '127.0.0.1', HostPort: '9001' }],
      },
      Binds: ['/srv/config:/config:ro', 'data:/data'],
      Tmpfs: { '/run': 'size=1m' },
      NetworkMode: 'front',
      Memory: 256 * 1024 ** 2,
      NanoCpus: 500_000_000,
      PidsLimit: 100,
      Ulimits: [{ Name: 'nofile', Soft: 1000, Hard: 2000 }],
      RestartPolicy: { Name: 'no' },
      GroupAdd: ['7'],
      ReadonlyRootfs: true,
      CapDrop: ['NET_RAW'],
      SecurityOpt: ['no-new-privileges'],
      Dns: ['10.0.0.53'],
      Sysctls: { 'net.core.somaxconn': '512' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      ExtraHosts: ['db:10.0.0.1'],
      Init: true,
    });
    expect(await inspected('.Config')).toMatchObject({
      Hostname: 'web',
      User: '0:0',
      WorkingDir: '/srv',
      Healthcheck: {
        Test: ['CMD', 'true'],
        Interval: 5e9,
        Timeout: 2e9,
        StartPeriod: 1e9,
        Retries: 4,
      },
      Env: expect.arrayContaining([`GREETING=it's "here"`, 'RUNSHEET_VERSION=v1']),
      Labels: expect.objectContaining({ team: 'a', 'runsheet.restart': 'on-failure:3' }),
    });
    const networks = await inspected('.NetworkSettings.Networks');
    expect(Object.keys(networks as object).sort()).toEqual(['back', 'front']);
    expect(await inspected('.NetworkSettings.Networks.front.Aliases')).toContain(SERVICE);
    const mounts = (await inspected('.Mounts')) as readonly { readonly Destination: string }[];
    expect(mounts.map(({ Destination }) => Destination).sort()).toEqual([
      '/config',
      '/data',
      '/scratch',
    ]);
    await place.runtime.finish(place.server.name, SERVICE, 3);
    expect(await inspected('.HostConfig.RestartPolicy')).toEqual({
      Name: 'on-failure',
      MaximumRetryCount: 3,
    });
  });

  it("uses the server's own network where it is told to", async () => {
    await run(good, { container: containerOf('  network_mode: host\n') });
    const { runtime, server } = place;
    await expect
      .poll(async () => (await runtime.examine(server.name, SERVICE, PORT)).port, {
        timeout: 10_000,
      })
      .toBe('ours');
    expect(await inspected('.HostConfig.NetworkMode')).toBe('host');
  });

  it('shows no value of its environment in the address of a request', async () => {
    await run(good, { environment: { PASSWORD: 'hunter2-in-no-url' } });
    const log = await place.shell('cat /var/log/dockerd.log');
    expect(log).not.toContain('hunter2-in-no-url');
    expect(await inspected('.Config.Env')).toContain('PASSWORD=hunter2-in-no-url');
  });
});
