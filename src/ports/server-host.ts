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
  /** As in known_hosts without the name: `ssh-ed25519 AAAA…`. */
  readonly key: string;
  /** OpenSSH's form, `SHA256:…`. */
  readonly fingerprint: string;
  /** Whether the project accepts this key already. */
  readonly trusted: boolean;
}

/** One server. Every path is absolute or below the server's own base folder. */
export interface ServerHost {
  readonly name: string;
  /** Address at which the service's port is reached from the worker and the balancer. */
  readonly address: string;
  readonly servicePort: number;
  /** Folder that holds everything Runsheet keeps on the server. */
  readonly baseFolder: string;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** null: no such file. */
  readFile(path: string): Promise<Buffer | null>;
  /** Written beside and renamed, folders made, so that a reader sees the old or the new content, never half. */
  writeFile(path: string, content: Buffer | string, attributes?: FileAttributes): Promise<void>;
  /** A byte stream to a Unix socket on the server: an engine's or a balancer's API. Closed by the caller. */
  openSocket(path: string): Promise<Duplex>;
}

export interface FileAttributes {
  /** Default 0o644. */
  readonly mode?: number;
  /** `user` or `user:group`; absent: who logs in. */
  readonly owner?: string;
}

export interface ExecOptions {
  readonly stdin?: Buffer | string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number | null;
  /** The first bytes of each, bounded; see `truncated`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Whether more was printed than is kept. */
  readonly truncated: boolean;
}
