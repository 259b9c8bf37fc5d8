/** HTTP, HTTPS and TCP from the worker, without retries and with a connection of its own each time. */
export interface HttpProbe {
  request(request: ProbeRequest): Promise<ProbeResponse>;
  /** Resolves when the port accepts a connection. @throws PortError `unreachable`. */
  connect(host: string, port: number, timeoutMs: number): Promise<void>;
}

export interface ProbeRequest {
  readonly method: string;
  readonly url: string;
  /** May hold `host`. A value is sent and shown nowhere: it may be secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of an https address; absent: as Node verifies. */
  readonly tls?: ProbeTls;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ProbeTls {
  /** What the certificate has to be of; null: the address. */
  readonly serverName: string | null;
  /** PEM file in the project's folder, trusted beside the authorities of Node; null: those alone. */
  readonly ca: string | null;
  /** false: any certificate will do. */
  readonly verify: boolean;
}

export interface ProbeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bounded to 64 KiB. */
  readonly body: string;
  readonly durationMs: number;
}
