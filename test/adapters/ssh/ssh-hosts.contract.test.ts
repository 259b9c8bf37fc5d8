import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { describeServerHostContract } from '../../contracts/server-host.ts';
import { startTestServer } from './embedded-servers.ts';

describeServerHostContract('ssh, to the embedded server', async () => {
  const test = await startTestServer();
  const hosts = createSshHosts([test.server]);
  return {
    hosts,
    server: 's1',
    async close() {
      await hosts.close();
      await test.close();
    },
  };
});
