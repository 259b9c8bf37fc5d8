/** What stands in the way on a real server, and the one sentence that each comes to. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONTAINER_DEFAULTS } from '../../support/default-settings.ts';
import { until } from '../support/shell.ts';
import { pushImage } from './support/images.ts';
import { openPlace, type Place, PORT, SERVICE, startOf } from './support/place.ts';
import { expectRefused } from './support/refused.ts';

const REPOSITORY = 'docker/refusals';

let place: Place;
let v1: string;

beforeAll(async () => {
  v1 = await pushImage(REPOSITORY, 'v1');
  place = await openPlace({ repository: REPOSITORY });
});
afterEach(() => place.server.reset());
afterAll(() => place?.close());

const name = () => place.server.name;
const pullOf = (digest: string, options = {}) =>
  place.another(options).runtime.pull(name(), SERVICE, { repository: REPOSITORY, digest }, {});
const start = (digest: string, more = {}) =>
  place.runtime.start(name(), SERVICE, { ...startOf(digest, 'v1', 'run-1'), ...more });

describe('a start', () => {
  it('whose port another container holds', async () => {
    await pullOf(v1);
    await place.shell(
      `docker run -d --name squatter -p ${PORT}:${PORT} $(docker images -q | head -1) >/dev/null`,
    );
    await expectRefused(
      name(),
      start(v1),
      'conflict',
      'PORT_TAKEN',
      [`port ${PORT}`, 'the container squatter'],
      /Stop it/u,
    );
    // Once the port is free, the same attempt goes on where it was.
    await place.shell('docker rm -f squatter >/dev/null');
    await start(v1);
    expect(await place.runtime.inspect(name(), SERVICE)).toMatchObject({
      running: true,
      starts: { [v1]: 1 },
    });
  });

  it('whose port another program holds', async () => {
    await pullOf(v1);
    const listen = `my $s = IO::Socket::INET->new(LocalPort => ${PORT}, Listen => 1, ReuseAddr => 1) or die; sleep`;
    await place.server.background('squatter', `perl -MIO::Socket::INET -e '${listen}'`);
    await until('it listens', async () =>
      (await place.shell(`ss -Hltn 'sport = :${PORT}'`)).includes(String(PORT)),
    );
    await expectRefused(
      name(),
      start(v1),
      'conflict',
      'PORT_TAKEN',
      [`port ${PORT}`, 'the program perl'],
      /runtime\.port/u,
    );
  });

  it('in a network that is not there', async () => {
    await pullOf(v1);
    const container = { ...CONTAINER_DEFAULTS, networks: ['backend'] };
    await expectRefused(
      name(),
      start(v1, { container }),
      'not-found',
      'NETWORK_MISSING',
      ['backend'],
      /docker network create backend/u,
    );
  });

  it('of a program that is not in the image', async () => {
    await pullOf(v1);
    // With an init of its own it starts, and exits at once: see below.
    const container = { ...CONTAINER_DEFAULTS, init: false, entrypoint: ['/usr/bin/nothing'] };
    await expect(start(v1, { container })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('/usr/bin/nothing'),
    });
  });

  it('of a service that exits at once leaves its last words', async () => {
    const digest = await pushImage(REPOSITORY, 'exits', { behaviour: 'exits' });
    await pullOf(digest);
    await start(digest);
    await until(
      'it has exited',
      async () => !(await place.runtime.inspect(name(), SERVICE)).running,
    );
    expect(await place.runtime.tail(name(), SERVICE, 5)).toBe(
      'release exits: the tariffs are missing\n',
    );
  });
});

describe('an engine', () => {
  it('that is not installed', async () => {
    await place.shell(
      'touch /etc/lab-no-engine; kill $(cat /run/docker.pid); while [ -e /run/docker.pid ]; do sleep 0.1; done',
    );
    await place.shell('mv /usr/sbin/dockerd /usr/sbin/dockerd.away; rm -f /run/docker.sock');
    try {
      await expectRefused(name(), examine(), 'not-found', 'NO_DOCKER', [], /Install Docker/u);
    } finally {
      await place.shell('mv /usr/sbin/dockerd.away /usr/sbin/dockerd; rm /etc/lab-no-engine');
    }
  });

  it('that is stopped', async () => {
    await place.shell(
      'touch /etc/lab-no-engine; kill $(cat /run/docker.pid); while [ -e /run/docker.pid ]; do sleep 0.1; done',
    );
    try {
      await expectRefused(
        name(),
        examine(),
        'unavailable',
        'DOCKER_STOPPED',
        [],
        /systemctl start docker/u,
      );
    } finally {
      await place.shell('rm /etc/lab-no-engine');
    }
  });

  it('that the login may not use', async () => {
    const user = place.another({ connection: { user: 'asker' } });
    const attempt = user.runtime.examine(name(), SERVICE, PORT);
    await expectRefused(
      name(),
      attempt,
      'refused',
      'DOCKER_DENIED',
      ['asker'],
      /group docker.*sudo: true/u,
    );
  });

  it('whose base folder the login may not write', async () => {
    const user = place.another({ connection: { user: 'deploy', baseFolder: '/var/lib/runsheet' } });
    const attempt = user.runtime.examine(name(), SERVICE, PORT);
    await expectRefused(
      name(),
      attempt,
      'refused',
      'BASE_FOLDER',
      ['/var/lib/runsheet'],
      /base_folder/u,
    );
  });
});

const examine = () => place.runtime.examine(name(), SERVICE, PORT);
