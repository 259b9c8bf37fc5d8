import type { Duplex } from 'node:stream';

/** The servers of the project, reached by name. One connection a server, shared by all callers. */
export interface ServerHosts {
  /** @throws PortError `unknown` for a name that the project does not list. */
  get(server: string): ServerHost;
  /**
   * The host key that a server shows now, read without logging in and without trusting it: for the
   * person who compares it with the server's own.
   */
  showHostKey(server: string): Promise<ShownHostKey>;
  close(): Promise<void>;
}

export interface ShownHostKey {
  readonly server: string;
  /** Name or address and port as known_hosts writes them, for example `web-1` or `[web-1]:2222`. */
  readonly place: string;
  /** The jump host whose key this is: the way to the server leads over one that is not trusted yet. */
  readonly jump: string | null;
  /** As in known_hosts without the name: `ssh-ed25519 AAAA…`. */
  readonly key: string;
  /** OpenSSH's form, `SHA256:…`. */
  readonly fingerprint: string;
  readonly state: HostKeyState;
}

/** Only a trusted one is connected to. `authority`: known by a certificate authority only. */
export type HostKeyState = 'trusted' | 'unknown' | 'changed' | 'revoked' | 'authority';

/** One server. Every path is absolute or below the server's own base folder. */
export interface ServerHost {
  readonly name: string;
  /** Address at which the service's port is reached from the worker and the balancer. */
  readonly address: string;
  readonly servicePort: number;
  /** Folder that holds everything Runsheet keeps on the server. */
  readonly baseFolder: string;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** null: no such file. At most 16 MiB. */
  readFile(path: string): Promise<Buffer | null>;
  /** Written beside and renamed, folders made, so that a reader sees the old or the new content, never half. */
  writeFile(
    path: string,
    content: Buffer | string | LocalFile,
    attributes?: FileAttributes,
  ): Promise<void>;
  /**
   * A byte stream to a Unix socket on the server: an engine's or a balancer's API. The caller closes
   * it; a lost connection destroys it with a PortError. Good for an `http.Agent` as well.
   * @throws PortError `not-found` where there is no such socket, `refused` where the login may not use it
   */
  openSocket(path: string): Promise<Duplex>;
}

/** A file of the worker's machine, never in memory as a whole. */
export interface LocalFile {
  readonly localFile: string;
}

export interface FileAttributes {
  /** Default 0o644. */
  readonly mode?: number;
  /** `user` or `user:group`; absent: who logs in, and root where the server's commands run by sudo. */
  readonly owner?: string;
}

export interface ExecOptions {
  readonly stdin?: Buffer | string;
  /** From the command's start; default 60 s. */
  readonly timeoutMs?: number;
  /** The remote process is ended, with its children, before the call rejects. */
  readonly signal?: AbortSignal;
  /** Kept of each of standard output and standard error: its first and its last half. Default 1 MiB. */
  readonly keepBytes?: number;
  /** Told of everything as it comes, also of what is not kept. */
  readonly onOutput?: (chunk: Buffer, from: 'stdout' | 'stderr') => void;
}

export interface ExecResult {
  readonly exitCode: number | null;
  /** The first and the last bytes of each, bounded; see `truncated`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Whether more was printed than is kept. */
  readonly truncated: boolean;
}
