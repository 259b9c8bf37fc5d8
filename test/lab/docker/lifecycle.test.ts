/** What is on a real server between the steps of a deployment, read by the engine's own client. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pushImage } from './support/images.ts';
import { openPlace, type Place, PORT, SERVICE, startOf } from './support/place.ts';

const REPOSITORY = 'docker/lifecycle';
const STOP = { signal: 'SIGTERM', graceMs: 5_000 };

let place: Place;
let v1: string;
let v2: string;
let v3: string;

beforeAll(async () => {
  v1 = await pushImage(REPOSITORY, 'v1');
  v2 = await pushImage(REPOSITORY, 'v2');
  v3 = await pushImage(REPOSITORY, 'v3');
  place = await openPlace({ repository: REPOSITORY });
});
afterEach(() => place.server.reset());
afterAll(() => place?.close());

const name = () => place.server.name;
const inspect = () => place.runtime.inspect(name(), SERVICE);
const stop = () => place.runtime.stop(name(), SERVICE, STOP);
const finish = (keep: number) => place.runtime.finish(name(), SERVICE, keep);
const pull = (digest: string) =>
  place.runtime.pull(name(), SERVICE, { repository: REPOSITORY, digest }, {});
const start = (digest: string, version: string, run: string) =>
  place.runtime.start(name(), SERVICE, startOf(digest, version, run));
/** What ran before run-2 again; false: it is gone. */
const resume = (digest: string) =>
  place.runtime.resume(name(), SERVICE, {
    digest,
    runId: 'run-2-restored',
    port: PORT,
    undoes: 'run-2',
  });

/** Pulls, and replaces what runs, as the steps of a run do. */
async function replaceWith(digest: string, version: string, run: string): Promise<void> {
  await pull(digest);
  await stop();
  await start(digest, version, run);
}

/** `name state policy` of every container, sorted. */
async function containers(): Promise<readonly string[]> {
  const format = '{{.Name}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}}';
  const listed = await place.shell(
    `ids=$(docker ps -aq); [ -z "$ids" ] || docker inspect -f '${format}' $ids | sed 's,^/,,' | sort`,
  );
  return listed.split('\n').filter((line) => line !== '');
}

const served = () =>
  place.shell(
    `for i in $(seq 50); do perl -MIO::Socket::INET -e '
      my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:${PORT}") or exit 1;
      print $s "GET /version HTTP/1.0\\r\\n\\r\\n"; print while <$s>' && exit 0; sleep 0.1; done; exit 1`,
  );
const images = async () =>
  (await place.shell(`docker images --digests -q --format '{{.Digest}}' | sort`))
    .split('\n')
    .filter((line) => line.startsWith('sha256:'));

describe('a deployment', () => {
  it('keeps the former container until it has succeeded, and gives the policy only then', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    expect(await containers()).toEqual([`${SERVICE} running no`]);
    await finish(3);
    expect(await containers()).toEqual([`${SERVICE} running unless-stopped`]);
    await replaceWith(v2, 'v2', 'run-2');
    const kept = expect.stringMatching(
      new RegExp(`^${SERVICE}-runsheet-${v1.slice(7, 19)}-[0-9a-f]{6} exited no$`, 'u'),
    );
    expect(await containers()).toEqual([`${SERVICE} running no`, kept]);
    expect(await served()).toContain('"v2"');
    await finish(3);
    expect(await containers()).toEqual([`${SERVICE} running unless-stopped`, kept]);
    const labels = await place.shell(`docker inspect -f '{{json .Config.Labels}}' ${SERVICE}`);
    expect(JSON.parse(labels)).toMatchObject({
      'runsheet.service': SERVICE,
      'runsheet.run': 'run-2',
      'runsheet.digest': v2,
      'runsheet.version': 'v2',
    });
  });

  it('removes at its end what is older than the newest N, containers and images', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await replaceWith(v2, 'v2', 'run-2');
    await replaceWith(v3, 'v3', 'run-3');
    await finish(1);
    expect((await containers()).map((line) => line.split(' ')[0])).toEqual([
      SERVICE,
      expect.stringContaining(v2.slice(7, 19)),
    ]);
    expect(await images()).toEqual([v2, v3].sort());
    await finish(0);
    expect(await images()).toEqual([v3]);
    expect((await inspect()).present).toEqual([v3]);
  });

  it("touches nothing that is not the service's", async () => {
    await pull(v1);
    const other = `127.0.0.1:1/other:v1`;
    const image = await place.shell(`docker images -q --no-trunc | head -1`);
    await place.shell(
      `docker tag ${image} ${other}; docker run -d --name neighbour --label runsheet.service=else --restart always ${other} >/dev/null
       docker create --name ${SERVICE}-db ${other} >/dev/null; docker volume create data >/dev/null`,
    );
    await replaceWith(v2, 'v2', 'run-1');
    await stop();
    await start(v2, 'v2', 'run-1');
    await finish(0);
    expect(await containers()).toEqual(
      [
        `${SERVICE} running unless-stopped`,
        'neighbour running always',
        `${SERVICE}-db created no`,
      ].sort(),
    );
    expect(await place.shell(`docker images -q ${other}`)).not.toBe('');
    expect(await place.shell('docker volume ls -q')).toBe('data');
  });
});

describe('what was fetched and never started', () => {
  const prune = (digest: string) => place.runtime.pruneFetched(name(), SERVICE, 0, digest);

  it('stays where a container of somebody else is of it, and under a tag that it was given', async () => {
    await pull(v1);
    await pull(v2);
    const image = (digest: string) =>
      place.shell(
        `docker images --digests --no-trunc | awk '$3 == "${digest}" { print $1 "@" $3; exit }'`,
      );
    await place.shell(`docker create --name neighbour ${await image(v1)} >/dev/null`);
    await place.shell(`docker tag ${await image(v2)} kept:v2`);
    expect(await prune(v3)).toEqual([v2]);
    expect((await inspect()).present).toEqual([v1]);
    expect(await place.shell('docker images -q kept:v2')).not.toBe('');
  });

  it('stays where somebody fetched it by hand', async () => {
    await pull(v1);
    const reference = await place.shell(
      `docker images --digests --format '{{.Repository}}@{{.Digest}}' | head -1`,
    );
    await place.shell(`docker pull -q ${reference.replace(v1, v2)} >/dev/null`);
    expect(await prune(v3)).toEqual([v1]);
    expect(await images()).toEqual([v2]);
  });

  it('stays once it has run, also where its container was removed by hand', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await replaceWith(v2, 'v2', 'run-2');
    await place.shell(`docker ps -aq --filter status=exited | xargs docker rm >/dev/null`);
    expect(await prune(v3)).toEqual([]);
    expect(await images()).toEqual([v1, v2].sort());
  });
});

describe('a container that customers ask for while it is being started', () => {
  // Before Docker Engine 28 an early packet left its address unanswered for a second.
  it('has an address that the server knows or asks for anew', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await pull(v2);
    await stop();
    let asking = true;
    const asked = (async () => {
      while (asking) {
        const url = `http://${place.server.address}:${PORT}/version`;
        await fetch(url, { signal: AbortSignal.timeout(20) }).catch(() => undefined);
      }
    })();
    try {
      await start(v2, 'v2', 'run-2');
      expect(await place.shell('ip neigh show dev docker0 nud incomplete')).toBe('');
    } finally {
      asking = false;
      await asked;
    }
  });
});

describe('bringing back what ran before', () => {
  it('starts the container that was kept, as it was, with its policy', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await finish(3);
    const former = await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`);
    await replaceWith(v2, 'v2', 'run-2');
    await stop();
    expect(await resume(v1)).toBe(true);
    expect(await resume(v1)).toBe(true);
    expect(await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`)).toBe(former);
    expect(await containers()).toEqual([
      `${SERVICE} running unless-stopped`,
      expect.stringMatching(new RegExp(`^${SERVICE}-runsheet-failed-[0-9a-f]{12} exited no$`, 'u')),
    ]);
    expect(await inspect()).toMatchObject({
      running: true,
      release: { digest: v1, version: 'v1', runId: 'run-2-restored' },
      starts: { [v1]: 2, [v2]: 1 },
    });
    // The next success takes the failed one away.
    await replaceWith(v3, 'v3', 'run-3');
    await finish(3);
    expect((await containers()).filter((line) => line.includes('-failed-'))).toEqual([]);
  });

  it('works from each half-way state', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await finish(3);
    const former = await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`);
    const back = () => resume(v1);
    const isBack = async () => {
      expect(await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`)).toBe(former);
      expect((await inspect()).running).toBe(true);
    };
    // Stopped, and nothing more.
    await stop();
    await back();
    await isBack();
    // Renamed, and no new one made.
    await stop();
    await place.shell(`docker rename ${SERVICE} ${SERVICE}-runsheet-${v1.slice(7, 19)}-000000`);
    await back();
    await isBack();
    // A new one made and never started.
    await pull(v2);
    await stop();
    await start(v2, 'v2', 'run-2');
    await stop();
    // Undone half: the failed one is renamed, the former not yet.
    await place.shell(`docker rename ${SERVICE} ${SERVICE}-runsheet-failed-000000000000`);
    await back();
    await isBack();
  });

  it('never brings back what the run itself created, even of the same image', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    const former = await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`);
    await replaceWith(v1, 'v1', 'run-2');
    expect(await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`)).not.toBe(former);
    await stop();
    await resume(v1);
    expect(await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`)).toBe(former);
  });

  it('makes a new container where the kept one is gone', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await replaceWith(v2, 'v2', 'run-2');
    await stop();
    await place.shell(`docker rm $(docker ps -aq --filter name=${SERVICE}-runsheet-) >/dev/null`);
    expect(await resume(v1)).toBe(false);
    await place.runtime.start(name(), SERVICE, {
      ...startOf(v1, 'v1', 'run-2-restored'),
      undoes: 'run-2',
    });
    expect(await containers()).toEqual([
      `${SERVICE} running unless-stopped`,
      expect.stringMatching(new RegExp(`^${SERVICE}-runsheet-failed-[0-9a-f]{12} exited no$`, 'u')),
    ]);
    expect(await served()).toContain('"v1"');
  });
});

describe('a container that ended before its stop', () => {
  it('is not brought back by the engine either', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await finish(3);
    await place.shell(`docker kill ${SERVICE} >/dev/null`);
    expect(await containers()).toEqual([`${SERVICE} exited unless-stopped`]);
    await stop();
    expect(await containers()).toEqual([`${SERVICE} exited no`]);
  });
});

describe('an attempt that was cut short', () => {
  it('is carried on where a container was created and not started', async () => {
    await pull(v1);
    await start(v1, 'v1', 'run-1');
    await place.shell(
      `docker rm -f ${SERVICE} >/dev/null; rm -f /var/lib/runsheet/services/${SERVICE}/journal`,
    );
    const created = await place.shell(
      `docker create --name ${SERVICE} --label runsheet.service=${SERVICE} --label runsheet.run=run-1 \\
       --label runsheet.digest=${v1} --label runsheet.version=v1 --label runsheet.restart=always \\
       -p ${PORT}:${PORT} $(docker images -q | head -1)`,
    );
    expect(await inspect()).toMatchObject({ running: false, starts: {} });
    await start(v1, 'v1', 'run-1');
    expect(await place.shell(`docker inspect -f '{{.Id}}' ${SERVICE}`)).toBe(created);
    expect((await inspect()).starts).toEqual({ [v1]: 1 });
  });

  it('counts a start that the worker did not live to write down', async () => {
    await pull(v1);
    await start(v1, 'v1', 'run-1');
    await place.shell(`rm /var/lib/runsheet/services/${SERVICE}/journal`);
    expect((await inspect()).starts).toEqual({ [v1]: 1 });
    await start(v1, 'v1', 'run-1');
    await start(v1, 'v1', 'run-1');
    expect((await inspect()).starts).toEqual({ [v1]: 1 });
    expect(await place.shell(`grep -c start /var/lib/runsheet/services/${SERVICE}/journal`)).toBe(
      '1',
    );
  });

  it.each([0, 15, 40, 80, 160, 320])(
    'starts once although the worker was lost after %i ms',
    async (lostMs) => {
      await pull(v1);
      const lost = place.another();
      const attempt = lost.runtime
        .start(name(), SERVICE, startOf(v1, 'v1', 'run-1'))
        .catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, lostMs));
      await lost.hosts.close();
      await attempt;
      await start(v1, 'v1', 'run-1');
      expect(await inspect()).toMatchObject({ running: true, starts: { [v1]: 1 } });
      expect(await containers()).toEqual([`${SERVICE} running no`]);
      expect(await place.shell(`docker inspect -f '{{.RestartCount}}' ${SERVICE}`)).toBe('0');
    },
  );

  it('starts once for six workers at the same time', async () => {
    await pull(v1);
    const workers = Array.from({ length: 6 }, () => place.another());
    await Promise.all(
      workers.map(({ runtime }) => runtime.start(name(), SERVICE, startOf(v1, 'v1', 'run-1'))),
    );
    expect(await inspect()).toMatchObject({ running: true, starts: { [v1]: 1 } });
    expect(await containers()).toEqual([`${SERVICE} running no`]);
  });
});

describe('a server that reboots', () => {
  it('does not bring up a former version that had crashed before it was replaced', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await finish(3);
    // Its engine dies, and with it the container, which nobody stopped.
    await place.server.cutPower();
    await place.server.powerOn();
    await expect.poll(async () => (await inspect()).running, { timeout: 20_000 }).toBe(true);
    await place.shell(
      `docker update --restart no ${SERVICE} >/dev/null; docker kill ${SERVICE} >/dev/null
       docker wait ${SERVICE} >/dev/null; docker update --restart unless-stopped ${SERVICE} >/dev/null`,
    );
    await replaceWith(v2, 'v2', 'run-2');
    await finish(3);
    expect((await containers()).filter((line) => !line.endsWith(' no'))).toEqual([
      `${SERVICE} running unless-stopped`,
    ]);
  });

  it('does not bring up a version by itself before its run has succeeded', async () => {
    await replaceWith(v1, 'v1', 'run-1');
    await finish(3);
    await replaceWith(v2, 'v2', 'run-2');
    await place.server.cutPower();
    await place.server.powerOn();
    expect((await containers()).filter((line) => line.includes('running'))).toEqual([]);
    expect(await inspect()).toMatchObject({ running: false, release: { digest: v2 } });
    await resume(v1);
    expect(await inspect()).toMatchObject({ running: true, release: { digest: v1 } });
    await place.server.cutPower();
    await place.server.powerOn();
    await expect.poll(async () => (await inspect()).running, { timeout: 20_000 }).toBe(true);
    expect(await inspect()).toMatchObject({ release: { digest: v1 }, starts: { [v1]: 2 } });
  });
});
