import { type ChildProcess, fork } from 'node:child_process';
import { builtFile } from './built-file.ts';
import type { SshProcessMessage, SshProcessOrder } from './ssh-process-main.ts';
import type { SshServers, SshServersOptions } from './ssh-server.ts';

const START_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 10_000;

export interface SshProcess extends SshServers {
  /** Settles, with the reason, when the servers ended without having been closed. */
  readonly ended: Promise<string>;
}

/**
 * The SSH servers in a process of their own, which ends with this one. Each command that a server runs
 * is a copy of the process that starts it: from one that also holds a database and a balancer that
 * takes tens of milliseconds, in which neither answers.
 * @throws Error where they do not start
 */
export async function startSshProcess(options: SshServersOptions): Promise<SshProcess> {
  // A group of its own: Ctrl-C in a terminal is for its owner, which then closes it.
  const child = fork(builtFile('embedded/ssh-process-main.js'), [], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = whenEnded(child);
  const servers = await whenReady(child, ended, options);
  let closing = false;
  return {
    ...servers,
    ended: ended.then((reason) => (closing ? new Promise<never>(() => undefined) : reason)),
    async close() {
      closing = true;
      tell(child, { kind: 'close' });
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function tell(child: ChildProcess, order: SshProcessOrder): void {
  // One that has ended hears nothing, which `ended` tells.
  if (child.connected) child.send(order, () => undefined);
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the SSH servers ended: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`the SSH servers ended: ${signal ?? `exit code ${code}`}`),
    );
  });
}

async function whenReady(
  child: ChildProcess,
  ended: Promise<string>,
  options: SshServersOptions,
): Promise<Omit<SshServers, 'close'>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    const text = `the SSH servers did not start in ${START_LIMIT_MS / 1000} s`;
    timer = setTimeout(() => resolve(text), START_LIMIT_MS);
  });
  const said = new Promise<SshProcessMessage>((resolve) => child.once('message', resolve));
  tell(child, { kind: 'start', options });
  const outcome = await Promise.race([said, ended, late]);
  clearTimeout(timer);
  if (typeof outcome !== 'string' && outcome.kind === 'started') return outcome.servers;
  child.kill('SIGKILL');
  throw new Error(typeof outcome === 'string' ? outcome : outcome.reason);
}
