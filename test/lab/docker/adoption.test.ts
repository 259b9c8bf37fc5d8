/** The first deployment to a server whose service was started by hand, or by docker-compose. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { machine } from '../support/machine.ts';
import { pushImage } from './support/images.ts';
import { openPlace, type Place, PORT, SERVICE, startOf } from './support/place.ts';

const REPOSITORY = 'docker/adoption';
const STOP = { signal: 'SIGTERM', graceMs: 5_000 };

let place: Place;
let v1: string;
let v2: string;

beforeAll(async () => {
  v1 = await pushImage(REPOSITORY, 'v1');
  v2 = await pushImage(REPOSITORY, 'v2');
  place = await openPlace({ repository: REPOSITORY });
});
afterEach(() => place.server.reset());
afterAll(() => place?.close());

const runByHand = (image: string, options = '--restart always') =>
  place.shell(
    `docker run -d --name ${SERVICE} --init ${options} -e MADE=by-hand -p ${PORT}:${PORT} ${image}`,
  );
const settings = () =>
  place.shell(
    `docker inspect -f '{{.Id}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}} {{.Config.Env}}' ${SERVICE}`,
  );

it('takes it over as the former release, and brings it back as it was', async () => {
  const { runtime, server } = place;
  const id = await runByHand(`${machine().pullRegistry}/${REPOSITORY}:v1`);
  const before = await settings();
  expect(await runtime.inspect(server.name, SERVICE)).toMatchObject({
    running: true,
    release: { digest: v1, version: 'v1', runId: '' },
    present: [v1],
    starts: {},
  });
  expect((await runtime.examine(server.name, SERVICE, PORT)).port).toBe('ours');

  await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest: v2 }, {});
  await runtime.stop(server.name, SERVICE, STOP);
  expect(await settings()).toBe(before.replace('running always', 'exited no'));
  expect(await runtime.inspect(server.name, SERVICE)).toMatchObject({
    running: false,
    release: { digest: v1, version: 'v1' },
  });
  await runtime.start(server.name, SERVICE, startOf(v2, 'v2', 'run-1'));
  expect((await runtime.inspect(server.name, SERVICE)).release?.digest).toBe(v2);

  await runtime.stop(server.name, SERVICE, STOP);
  const back = { digest: v1, runId: 'run-1-restored', port: PORT, undoes: 'run-1' };
  expect(await runtime.resume(server.name, SERVICE, back)).toBe(true);
  expect(await settings()).toBe(before);
  expect(before).toContain(id);
});

it('lets it go like any former release once the deployment has succeeded', async () => {
  const { runtime, server } = place;
  await runByHand(`${machine().pullRegistry}/${REPOSITORY}:v1`);
  await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest: v2 }, {});
  await runtime.stop(server.name, SERVICE, STOP);
  await runtime.start(server.name, SERVICE, startOf(v2, 'v2', 'run-1'));
  await runtime.finish(server.name, SERVICE, 1);
  expect(await place.shell('docker ps -aq | wc -l')).toBe('2');
  await runtime.finish(server.name, SERVICE, 0);
  expect(await place.shell(`docker ps -a --format '{{.Names}}'`)).toBe(SERVICE);
});

it('knows an image that was never pushed by what the engine calls it', async () => {
  const { runtime, server } = place;
  await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest: v1 }, {});
  await place.shell(
    `id=$(docker images -q | head -1); docker save "$id" -o /tmp/i; docker rmi -f "$id" >/dev/null
     docker load -q -i /tmp/i >/dev/null; docker tag "$id" local/app:2024-01; rm /tmp/i`,
  );
  await runByHand('local/app:2024-01', '--restart on-failure:3');
  const imageId = await place.shell(`docker inspect -f '{{.Image}}' ${SERVICE}`);
  expect(await runtime.inspect(server.name, SERVICE)).toMatchObject({
    release: { digest: imageId, version: '2024-01' },
    present: [imageId],
  });
  await runtime.stop(server.name, SERVICE, STOP);
  await runtime.pull(server.name, SERVICE, { repository: REPOSITORY, digest: v2 }, {});
  await runtime.start(server.name, SERVICE, startOf(v2, 'v2', 'run-1'));
  await runtime.stop(server.name, SERVICE, STOP);
  const back = { digest: imageId, runId: 'run-1-restored', port: PORT, undoes: 'run-1' };
  expect(await runtime.resume(server.name, SERVICE, back)).toBe(true);
  expect(await settings()).toMatch(/ running on-failure /u);
});

it('is another container under another name', async () => {
  const named = place.another({ containerName: 'web' });
  await runByHand(`${machine().pullRegistry}/${REPOSITORY}:v1`, '--restart no');
  expect(await named.runtime.inspect(place.server.name, SERVICE)).toMatchObject({
    running: false,
    release: null,
  });
});
