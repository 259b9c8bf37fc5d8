import { describeContainerRuntimeContract } from '../../contracts/container-runtime.ts';
import { clear, digestOf, openServer, PORT, RELEASE, SERVICE } from './server.ts';

describeContainerRuntimeContract('Docker, on a real server', async () => {
  const server = await openServer();
  await clear(server);
  return {
    runtime: server.runtime,
    server: server.connection.name,
    service: SERVICE,
    first: { repository: 'app', digest: await digestOf('v1') },
    second: { repository: 'app', digest: await digestOf('v2') },
    start: RELEASE,
    async occupyPort() {
      const line = `nohup python3 -m http.server ${PORT} >/dev/null 2>&1 & echo $!`;
      const pid = await server.sh(line);
      await server.sh(`until ss -Hltn 'sport = :${PORT}' | grep -q .; do sleep 0.05; done`);
      return async () => {
        await server.sh(`kill ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done`);
      };
    },
    async close() {
      await clear(server);
      await server.close();
    },
  };
});
