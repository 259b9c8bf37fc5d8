/**
 * A worker as a process of its own, which stands still between the answer that it still counts and its
 * change, and makes that change when it goes on. Says how it ended on standard output.
 */
import { writeSync } from 'node:fs';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import type { Fence } from '../../../src/ports/fence.ts';
import { madeUpAttempts } from './made-up-attempts.ts';

export type Change = 'a command' | 'a file' | 'a request over a stream that is open';

export interface FrozenWork {
  readonly server: ServerConnection;
  readonly change: Change;
  /** File, or socket. */
  readonly path: string;
  readonly claims: boolean;
}

const { server, change, path, claims }: FrozenWork = JSON.parse(process.argv[2] ?? '');
const attempts = madeUpAttempts('frozen');
attempts.begin({ attempt: 1 });
/** Answers until the one after which it stands still: a file is begun first, and then takes its place. */
let left = Infinity;
const fence: Fence = () => {
  left -= 1;
  // Whoever waits for the answer goes on with the change, and with nothing else, once this returns.
  if (left === 0) process.kill(process.pid, 'SIGSTOP');
  return Promise.resolve();
};
const hosts = createSshHosts([server], { fence, ...(claims && { attempts }) });
const host = hosts.get(server.name);

const CHANGES: Readonly<Record<Change, () => Promise<unknown>>> = {
  'a command': () => host.exec(['touch', path]),
  'a file': () => host.writeFile(path, 'changed'),
  'a request over a stream that is open': async () => {
    const stream = await host.openSocket(path);
    await hosts.claim(server.name);
    await fence(server.name);
    return new Promise((resolve, reject) => {
      stream.once('data', resolve).once('error', reject);
      stream.write('change');
    });
  },
};

// Nothing is left to do for the connection itself.
await host.exec(['true']);
left = change === 'a file' ? 2 : 1;
const said = await CHANGES[change]().then(
  () => 'changed',
  (error: unknown) => String(error),
);
writeSync(1, `${said}\n`);
await hosts.close();
process.exit(0);
