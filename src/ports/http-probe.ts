/** Plain HTTP and TCP from the worker, without retries and with a connection of its own each time. */
export interface HttpProbe {
  request(request: ProbeRequest): Promise<ProbeResponse>;
  /** Resolves when the port accepts a connection. @throws PortError `unreachable`. */
  connect(host: string, port: number, timeoutMs: number): Promise<void>;
}

export interface ProbeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ProbeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bounded to 64 KiB. */
  readonly body: string;
  readonly durationMs: number;
}
