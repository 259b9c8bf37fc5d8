/** The user whose keys, configuration and agent are used for SSH: the worker's own. */
import { homedir, userInfo } from 'node:os';
import type { SshUser } from '../adapters/ssh/expand-path.ts';
import type { Environment } from '../config/environment.ts';

export function sshUser(environment: Environment): SshUser {
  return {
    name: localUserName() ?? environment['USER'] ?? 'root',
    home: environment['HOME'] ?? homedir(),
    agentSocket: environment['SSH_AUTH_SOCK'] ?? null,
    environment,
  };
}

/** null: a container may run as a user without a name. */
function localUserName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
