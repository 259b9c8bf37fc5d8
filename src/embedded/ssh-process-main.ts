/** The process of the embedded SSH servers; its parent controls it over IPC, and it ends with its parent. */
import { type SshServers, type SshServersOptions, startSshServers } from './ssh-server.ts';

/** All orders that it takes. */
export type SshProcessOrder =
  | { readonly kind: 'start'; readonly options: SshServersOptions }
  | { readonly kind: 'close' };

/** All messages that it sends. */
export type SshProcessMessage =
  | { readonly kind: 'started'; readonly servers: Omit<SshServers, 'close'> }
  | { readonly kind: 'failed'; readonly reason: string };

let started: Promise<SshServers> | null = null;

async function start(options: SshServersOptions): Promise<void> {
  const say = (message: SshProcessMessage): void => void process.send?.(message);
  try {
    started = startSshServers(options);
    const { servers, identityFile } = await started;
    say({ kind: 'started', servers: { servers, identityFile } });
  } catch (error) {
    say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Running commands end with their connections. */
async function close(): Promise<void> {
  await started?.then((servers) => servers.close()).catch(() => undefined);
  process.exit(0);
}

process.on('message', (order: SshProcessOrder) => {
  if (order.kind === 'start') void start(order.options);
  else void close();
});
process.on('disconnect', () => void close());
