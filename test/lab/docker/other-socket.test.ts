/** B12: a real engine whose socket is in the folder of the login, as rootless Docker has it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlace, type Place, SERVICE } from './support/place.ts';

let place: Place;

beforeAll(async () => {
  place = await openPlace();
  await place.shell('mkdir -p /run/user/0 && mv /run/docker.sock /run/user/0/docker.sock');
});
afterAll(async () => {
  await place.server.reset();
  await place.close();
});

describe('B12: an engine with its socket in /run/user', () => {
  it('is named where it is looked for in the usual place, with what to set', async () => {
    const { runtime, server } = place;
    await expect(runtime.inspect(server.name, SERVICE)).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/NO_DOCKER: .* it has \/run\/user\/0\/docker\.sock/u),
      remedy: expect.stringContaining('docker_socket: /run/user/0/docker.sock'),
    });
  });

  it('answers where the server has it so', async () => {
    const { runtime } = place.another({ socket: '/run/user/${uid}/docker.sock' });
    expect(await runtime.inspect(place.server.name, SERVICE)).toMatchObject({ running: false });
  });
});
