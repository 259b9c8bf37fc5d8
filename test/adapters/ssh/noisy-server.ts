import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { runCommand } from '../../../src/embedded/ssh/exec-session.ts';
import { openKey } from '../../../src/embedded/ssh/keys.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';

export interface NoisyServer {
  readonly server: ServerConnection;
  close(): Promise<void>;
}

/** Takes the options that we give, as sudo does, and runs the rest. */
const SUDO = '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 1\nshift 2\nexec "$@"\n';
/** `docker -H unix:///path system dial-stdio` */
const DOCKER = `#!/usr/bin/env node
const socket = require('node:net').connect(process.argv[3].slice('unix://'.length));
process.stdin.pipe(socket).pipe(process.stdout);
`;

/**
 * A server whose login's shell runs `rc` before everything that it is asked for, SFTP included, as
 * bash does with ~/.bashrc where sshd starts it. Sockets are not forwarded.
 */
export async function startNoisyServer(folder: string, rc: string): Promise<NoisyServer> {
  const programs = join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  for (const [name, text] of [
    ['sudo', SUDO],
    ['docker', DOCKER],
  ] as const) {
    await writeFile(join(programs, name), text);
    await chmod(join(programs, name), 0o755);
  }
  const key = await openKey(folder, 'key');
  const connections = new Set<ssh2.Connection>();
  const protocol = new ssh2.Server({ hostKeys: [key.privateKey] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('session', (accept) => {
      const session = accept();
      const asked = (command: string): string => `PATH=${programs}:$PATH; ${rc}\n${command}`;
      session.on('exec', (take, _reject, { command }) =>
        runCommand(take(), asked(command), folder),
      );
      session.on('subsystem', (take) => runCommand(take(), asked('cat'), folder));
    });
    connection.on('openssh.streamlocal', (_accept, reject) => reject());
  });
  const listener = createServer((socket) => protocol.injectSocket(socket));
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  return {
    server: {
      name: 'web-1',
      environment: 'production',
      host: '127.0.0.1',
      port,
      user: 'deploy',
      identityFiles: [key.file],
      hostKeys: [key.publicKey],
      servicePort: 8080,
      baseFolder: folder,
    },
    async close() {
      for (const connection of connections) connection.end();
      await new Promise<void>((done) => void listener.close(() => done()));
    },
  };
}
