import { type ChildProcess, fork } from 'node:child_process';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { builtFile } from './built-file.ts';
import { howExited, inBoth } from './embedded-error.ts';
import type { SshProcessMessage, SshProcessOrder } from './ssh-process-main.ts';
import type { SshServers, SshServersOptions } from './ssh-server.ts';

const START_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 10_000;

export interface SshProcess extends SshServers {
  /** Settles, with the reason, when the servers ended without having been closed. */
  readonly ended: Promise<Localized>;
}

/**
 * The SSH servers in a separate process, which ends with this one. Starting a command forks the process:
 * one that also holds a database and a load balancer takes tens of milliseconds for that, during which
 * neither answers.
 * @throws Error if they do not start
 */
export async function startSshProcess(options: SshServersOptions): Promise<SshProcess> {
  // In a group of its own: Ctrl-C in a terminal reaches its owner, which then closes it.
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
  // A process that has ended hears nothing; `ended` reports that.
  if (child.connected) child.send(order, () => undefined);
}

function whenEnded(child: ChildProcess): Promise<Localized> {
  return new Promise((resolve) => {
    const ended = ({ zh, en }: Localized): void =>
      resolve({ zh: `SSH 服务器已退出：${zh}`, en: `the SSH servers exited: ${en}` });
    child.once('error', (error) => ended(inBoth(error.message)));
    child.once('exit', (code, signal) => ended(howExited(code, signal)));
  });
}

async function whenReady(
  child: ChildProcess,
  ended: Promise<Localized>,
  options: SshServersOptions,
): Promise<Omit<SshServers, 'close'>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Localized>((resolve) => {
    const text = inBoth(`the SSH servers did not start within ${START_LIMIT_MS / 1000} s`);
    timer = setTimeout(() => resolve(text), START_LIMIT_MS);
  });
  const said = new Promise<SshProcessMessage>((resolve) => child.once('message', resolve));
  tell(child, { kind: 'start', options });
  const outcome = await Promise.race([said, ended, late]);
  clearTimeout(timer);
  if ('kind' in outcome && outcome.kind === 'started') return outcome.servers;
  child.kill('SIGKILL');
  throw new Error('kind' in outcome ? outcome.reason : outcome.en);
}
