/** The servers of the project, reached by name. One connection a server, shared by all callers. */
export interface ServerHosts {
  /** @throws PortError `unknown` for a name that the project does not list. */
  get(server: string): ServerHost;
  close(): Promise<void>;
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
  writeFile(path: string, content: Buffer | string, mode?: number): Promise<void>;
}

export interface ExecOptions {
  readonly stdin?: Buffer | string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
