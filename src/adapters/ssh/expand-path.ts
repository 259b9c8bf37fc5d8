/** Names of files in the SSH configuration. */

/** What the worker's process knows; adapters read no environment of their own. */
export interface SshUser {
  readonly name: string;
  readonly home: string;
  /** SSH_AUTH_SOCK; null: no agent. */
  readonly agentSocket: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type Expand = (path: string) => string;

/** `~`, `${NAME}` and OpenSSH's tokens in the names of files. */
export function expander(
  about: {
    readonly named: string;
    readonly host: string;
    readonly port: number;
    readonly user: string;
  },
  user: SshUser,
): Expand {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: user.home,
    h: about.host,
    n: about.named,
    p: String(about.port),
    r: about.user,
    u: user.name,
  };
  return (path) => {
    const rooted = path === '~' || path.startsWith('~/') ? `${user.home}${path.slice(1)}` : path;
    return rooted
      .replaceAll(
        /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/gu,
        (_all, name: string) => user.environment[name] ?? '',
      )
      .replaceAll(/%(.)/gu, (all, token: string) => tokens[token] ?? all);
  };
}
