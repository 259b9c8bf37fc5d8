/** Why sudo does not let a login in. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { phrase, refusal } from '../refusal.ts';
import type { OpenConnection } from './connection.ts';
import { NO_REASON } from './errors.ts';

/** Of what it says. */
const MOST_SAID = 16 * 1024;
const ASKING_LIMIT_MS = 20_000;

/** Asks sudo once more, in a language that we know, why it does not let this login in. */
export async function sudoRefusal(
  connection: OpenConnection,
  { server, user }: { readonly server: string; readonly user: string },
): Promise<PortError> {
  const said = await askSudo(connection);
  const line = `${user} ALL=(root) NOPASSWD: ALL`;
  const login = { server, user, line };
  const diagnostic = /password is required|askpass/u.test(said)
    ? diagnose('SUDO_NEEDS_PASSWORD', 'password', login)
    : diagnose('SUDO_REFUSED', 'refused', { ...login, reason: phrase(said) || NO_REASON });
  return refusal('refused', server, diagnostic);
}

async function askSudo(connection: OpenConnection): Promise<string> {
  const command = `LC_ALL=C exec sudo -n -- sh -c ''`;
  return connection.openCommand(command, (channel) => {
    let said = '';
    const timer = setTimeout(() => channel.close(), ASKING_LIMIT_MS);
    const hear = (chunk: Buffer): void => {
      if (said.length < MOST_SAID) said += chunk.toString('utf8');
    };
    // What the login's shell prints is not sudo's.
    channel.on('error', () => undefined).resume();
    channel.stderr.on('data', hear);
    channel.end();
    return new Promise<string>((resolve) => {
      channel.once('close', () => {
        clearTimeout(timer);
        resolve(said.trim().split('\n').slice(-1).join(''));
      });
    });
  });
}
