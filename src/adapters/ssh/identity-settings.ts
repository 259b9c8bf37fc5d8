import { posix } from 'node:path';
import type { ClientConfig } from './client-config.ts';
import type { Expand, SshUser } from './expand-path.ts';

export interface Identities {
  readonly files: readonly string[];
  /** Named by somebody: one that cannot be used is an error, not passed over. */
  readonly named: boolean;
  /** `secret://` reference. */
  readonly passphrase: string | null;
  readonly agentSocket: string | null;
  /** Of the agent's keys only those that belong to the files. */
  readonly only: boolean;
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** The project's keys, else the configuration's, else the usual ones. */
export function identitiesOf(
  wanted: {
    readonly jumpName: string | null;
    readonly identityFiles?: readonly string[];
    readonly passphrase?: string;
  },
  config: ClientConfig,
  expand: Expand,
  user: SshUser,
): Identities {
  const configured = config
    .all('identityfile')
    .filter((file) => file !== 'none')
    .map((file) => posix.resolve(user.home, expand(file)));
  const own = wanted.identityFiles ?? [];
  // A jump host has keys of its own in the SSH configuration more often than not.
  const files = own.length > 0 && wanted.jumpName === null ? own : [...own, ...configured];
  return {
    files:
      files.length > 0
        ? [...new Set(files)]
        : DEFAULT_KEYS.map((name) => posix.join(user.home, '.ssh', name)),
    named: own.length > 0 && wanted.jumpName === null,
    passphrase: wanted.passphrase ?? null,
    agentSocket: agentOf(config, expand, user),
    only:
      (own.length > 0 && wanted.jumpName === null) ||
      config.first('identitiesonly')?.toLowerCase() === 'yes',
  };
}

function agentOf(config: ClientConfig, expand: Expand, user: SshUser): string | null {
  const configured = config.first('identityagent');
  if (configured === null || configured === 'SSH_AUTH_SOCK') return user.agentSocket;
  if (configured === 'none') return null;
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/u.exec(configured)?.[1];
  return variable === undefined ? expand(configured) : (user.environment[variable] ?? null);
}
