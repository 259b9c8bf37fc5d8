import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SshServers, startSshServers } from '../../../src/embedded/ssh-server.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';

export interface TestServer {
  readonly folder: string;
  readonly server: ServerConnection;
  readonly ssh: SshServers;
  close(): Promise<void>;
}

/** One embedded SSH server, `s1`, over a folder of its own. */
export async function startTestServer(servicePort = 8080): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-ssh-'));
  const baseFolder = join(folder, 's1');
  const keysFolder = join(folder, 'keys');
  const ssh = await startSshServers({ servers: [{ name: 's1', baseFolder }], keysFolder });
  const [started] = ssh.servers;
  if (started === undefined) throw new Error('no server was started');
  const server: ServerConnection = {
    name: 's1',
    environment: 'production',
    host: started.host,
    port: started.port,
    user: 'runsheet',
    identityFiles: [ssh.identityFile],
    hostKeys: [started.hostKey],
    serviceAddress: '127.0.0.1',
    servicePort,
    baseFolder,
  };
  return {
    folder,
    server,
    ssh,
    async close() {
      await ssh.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
