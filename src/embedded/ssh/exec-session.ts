import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ServerChannel } from 'ssh2';
import { signalGroup } from '../process-group.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Node's own folder comes first, so that a JavaScript release runs with the same Node. */
function environment(baseFolder: string, processId: number): Record<string, string> {
  const node = process.execPath.slice(0, process.execPath.lastIndexOf('/'));
  const session = { RUNSHEET_SSH_SESSION: String(processId) };
  return { PATH: `${node}:${PATH}`, HOME: baseFolder, LANG: 'C.UTF-8', ...session };
}

/**
 * Runs a command as `sshd` does: by a shell, as the leader of its own process group. The group ends with
 * the channel; what the command moved into another session keeps running.
 * @param processId with whose end the connection ends; 0: there is none
 * @returns sends the group a signal, at a client's request
 */
export function runCommand(
  channel: ServerChannel,
  command: string,
  baseFolder: string,
  processId = 0,
): (signal: string) => void {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: baseFolder,
    env: environment(baseFolder, processId),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let ended = false;
  const end = (signal: NodeJS.Signals): void => {
    if (!ended && child.pid !== undefined) signalGroup(child.pid, signal);
  };
  child.stdin.on('error', () => undefined);
  channel.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.once('close', () => end('SIGKILL'));
  child.once('error', () => {
    ended = true;
    channel.exit(127);
    channel.end();
  });
  child.once('close', (code, signal) => {
    ended = true;
    if (signal === null) channel.exit(code ?? 1);
    else channel.exit(signal.replace('SIG', ''));
    channel.end();
  });
  return (signal) => {
    const name = Object.keys(constants.signals).find((known) => known === `SIG${signal}`);
    end(isSignal(name) ? name : 'SIGTERM');
  };
}

function isSignal(name: string | undefined): name is NodeJS.Signals {
  return name !== undefined && name in constants.signals;
}
