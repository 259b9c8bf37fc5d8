import type { ReleaseImage } from '../../../src/ports/container-runtime.ts';
import { describeContainerRuntimeContract } from '../../contracts/container-runtime.ts';
import { pushImage } from './support/images.ts';
import { openPlace, PORT, SERVICE } from './support/place.ts';

const REPOSITORY = 'docker/contract';

const pushed = new Map<string, Promise<string>>();

/** Once each for all tests: an image is the same in every one. */
async function release(tag: string): Promise<ReleaseImage> {
  const digest = pushed.get(tag) ?? pushImage(REPOSITORY, tag);
  pushed.set(tag, digest);
  return { repository: REPOSITORY, digest: await digest };
}

describeContainerRuntimeContract('Docker, on a real server', async () => {
  const [first, second] = [await release('v1'), await release('v2')];
  const place = await openPlace({ repository: REPOSITORY });
  const { server, runtime } = place;
  return {
    runtime,
    server: server.name,
    service: SERVICE,
    first,
    second,
    others: (count) =>
      Promise.all(Array.from({ length: count }, (_each, at) => release(`v${at + 3}`))),
    start: { command: [], environment: {}, port: PORT },
    async occupyPort() {
      const listen = `my $s = IO::Socket::INET->new(LocalPort => ${PORT}, Listen => 1, ReuseAddr => 1) or die; sleep`;
      await server.background('other', `perl -MIO::Socket::INET -e '${listen}'`);
      await server.shell(`until ss -Hltn 'sport = :${PORT}' | grep -q .; do sleep 0.05; done`);
      return async () => {
        const gone = `pkill -f '^lab-other'; while ss -Hltn 'sport = :${PORT}' | grep -q .; do sleep 0.05; done`;
        await server.shell(gone);
      };
    },
    close: () => place.close(),
  };
});
