import { spawn } from 'node:child_process';

/**
 * A process that stands for a connection, as sshd has one for each: whoever ends it ends the connection.
 * It begins with the first question, and reads until its parent is gone.
 * @returns its id; undefined: there is none any more
 */
export function connectionProcess(connection: {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}): () => number | undefined {
  let child: ReturnType<typeof begin> | null = null;
  let isClosed = false;
  const begin = () => {
    const started = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const end = (): void => {
      isClosed = true;
      connection.destroy();
    };
    started.once('error', end).once('exit', end);
    return started;
  };
  connection.once('close', () => {
    isClosed = true;
    child?.kill('SIGKILL');
  });
  return () => {
    if (isClosed) return undefined;
    child ??= begin();
    return child.pid;
  };
}
