import { describeContainerRuntimeContract } from '../../contracts/container-runtime.ts';
import { pushImage } from './support/images.ts';
import { openPlace, PORT, SERVICE } from './support/place.ts';

const REPOSITORY = 'docker/contract';

describeContainerRuntimeContract('Docker, on a real server', async () => {
  const digests = [await pushImage(REPOSITORY, 'v1'), await pushImage(REPOSITORY, 'v2')] as const;
  const place = await openPlace({ repository: REPOSITORY });
  const { server, runtime } = place;
  return {
    runtime,
    server: server.name,
    service: SERVICE,
    first: { repository: REPOSITORY, digest: digests[0] },
    second: { repository: REPOSITORY, digest: digests[1] },
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
