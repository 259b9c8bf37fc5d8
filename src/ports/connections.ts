/**
 * Addresses of what a project runs against. runsheet.yaml gives it for real servers; `runsheet dev`
 * writes the same shape to `.runsheet/connections.json` for the embedded ones. worker.ts turns it into adapters.
 */
export interface Connections {
  readonly temporal: TemporalConnection;
  readonly servers: readonly ServerConnection[];
  readonly balancer: {
    readonly adminUrl: string;
    readonly pools: Readonly<Record<string, string>>;
  };
  readonly registry: { readonly url: string };
  /** postgres:// URL of the record store. */
  readonly database: { readonly url: string };
}

export interface TemporalConnection {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  /** `runsheet dev` started it: reached as it is, without the settings of another server. */
  readonly isOwn?: boolean;
}

/** What runsheet.yaml leaves out of a server comes from the SSH configuration, then from defaults. */
export interface ServerConnection {
  readonly name: string;
  /** null: no environment's, a machine that a balancer runs on. */
  readonly environment: string | null;
  /** Name or address; the SSH configuration may know it by another (`HostName`). */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFiles?: readonly string[];
  /** `secret://` reference to the passphrase of these keys. */
  readonly passphrase?: string;
  /** `[user@]host[:port]`, in the order of the way; `none` or empty: no jump, whatever else says. */
  readonly proxyJump?: readonly string[];
  /** `ssh-ed25519 AAAA…`, as in known_hosts without the name. Where given, only these are accepted. */
  readonly hostKeys: readonly string[];
  /** Commands and files as root, by `sudo -n`. */
  readonly sudo?: boolean;
  readonly connectTimeoutMs?: number;
  /** Where the service's port is reached; absent: where SSH reaches the server. */
  readonly serviceAddress?: string;
  readonly servicePort: number;
  /** Absolute, may hold `${uid}` of the login; absent: where Docker has it. */
  readonly dockerSocket?: string;
  /** Folder on the server that holds releases, configuration and state. */
  readonly baseFolder: string;
}

/** Absolute paths; read afresh for each connection. */
export interface SshFiles {
  /** null: the user's own. */
  readonly configFile: string | null;
  /** The project's; the user's are read after them. The first is the one that `hosts trust` writes. */
  readonly knownHostsFiles: readonly string[];
}
