/** A process's peaks: memory, open files, connections to these ports. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessPeaks {
  readonly peakMebibytes: number;
  readonly files: number;
  readonly connections: number;
}

const INTERVAL_MS = 1000;
/** In /proc/net/tcp: established. */
const ESTABLISHED = '01';

export function watchProcess(pid: number, ports: ReadonlySet<number>): { stop(): ProcessPeaks } {
  let files = 0;
  let connections = 0;
  const look = (): void => {
    const open = socketsOf(pid);
    files = Math.max(files, open.files);
    connections = Math.max(connections, connectionsTo(ports, open.sockets));
  };
  const timer = setInterval(look, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { peakMebibytes: peakMebibytes(pid), files, connections };
    },
  };
}

function socketsOf(pid: number): { readonly files: number; readonly sockets: Set<string> } {
  const sockets = new Set<string>();
  const names = listed(`/proc/${pid}/fd`);
  for (const name of names) {
    const inode = /^socket:\[(\d+)\]$/u.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1];
    if (inode !== undefined) sockets.add(inode);
  }
  return { files: names.length, sockets };
}

function connectionsTo(ports: ReadonlySet<number>, sockets: ReadonlySet<string>): number {
  const lines = textOf('/proc/net/tcp').split('\n').slice(1);
  return lines.filter((line) => {
    const [, , remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/u);
    const port = Number.parseInt(remote.split(':')[1] ?? '', 16);
    return state === ESTABLISHED && ports.has(port) && sockets.has(inode);
  }).length;
}

function peakMebibytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB/mu.exec(textOf(`/proc/${pid}/status`))?.[1];
  return kibibytes === undefined ? Number.NaN : Number(kibibytes) / 1024;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
