import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { describeServerHostContract } from '../../contracts/server-host.ts';
import { startTestServer } from './embedded-servers.ts';

describeServerHostContract('ssh, to the embedded server', async () => {
  const test = await startTestServer();
  const hosts = createSshHosts([test.server]);
  const socket = join(test.server.baseFolder, 'echo.sock');
  const echo = createServer((stream) => {
    stream.on('error', () => undefined);
    stream.on('data', (chunk) => stream.write(chunk.toString('utf8').toUpperCase()));
  });
  await new Promise<void>((done) => echo.listen(socket, done));
  const { username, uid, gid } = userInfo();
  return {
    hosts,
    server: 's1',
    socket,
    owner: username,
    async attributesOf(path) {
      const { mode, uid: owner, gid: group } = await stat(path);
      const isOurs = owner === uid && group === gid;
      return `${(mode & 0o777).toString(8)} ${isOurs ? username : `${owner}:${group}`}`;
    },
    async close() {
      await hosts.close();
      await test.close();
      await new Promise<void>((done) => void echo.close(() => done()));
    },
  };
});
