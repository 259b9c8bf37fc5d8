/**
 * Addresses of what a project runs against. runsheet.yaml gives it for real servers; `runsheet dev`
 * writes the same shape to `.runsheet/connections.json` for the embedded ones. worker.ts turns it into adapters.
 */
export interface Connections {
  readonly temporal: TemporalConnection;
  readonly servers: readonly ServerConnection[];
  readonly balancer: {
    readonly kind: 'embedded';
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
}

export interface ServerConnection {
  readonly name: string;
  readonly environment: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  /** `ssh-ed25519 AAAA…`, as in known_hosts without the name. Only these are accepted. */
  readonly hostKeys: readonly string[];
  /** Where the service's port is reached. */
  readonly serviceAddress: string;
  readonly servicePort: number;
  /** Folder on the server that holds releases, configuration and state. */
  readonly baseFolder: string;
}
