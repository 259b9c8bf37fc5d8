/** What sudo says, told apart from what the command says. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { phrase, refusal } from '../refusal.ts';
import type { OpenConnection } from './connection.ts';
import { NO_REASON } from './errors.ts';
import { STARTED } from './remote-command.ts';

const MARK = Buffer.from(STARTED);
/** sudo says a line or two before it begins, such as that it cannot resolve the host's name. */
const MOST_BEFORE = 16 * 1024;
const ASKING_LIMIT_MS = 20_000;

/** Takes the mark out of standard error; what stands around it is passed on. */
export class SudoMark {
  seen = false;
  private before = Buffer.alloc(0);
  private givenUp = false;
  private readonly pass: (chunk: Buffer) => void;

  constructor(pass: (chunk: Buffer) => void) {
    this.pass = pass;
  }

  write(chunk: Buffer): void {
    if (this.seen || this.givenUp) return this.pass(chunk);
    this.before = Buffer.concat([this.before, chunk]);
    const at = this.before.indexOf(MARK);
    if (at < 0) {
      this.givenUp = this.before.length > MOST_BEFORE;
      if (this.givenUp) this.flush();
      return;
    }
    this.seen = true;
    const rest = Buffer.concat([
      this.before.subarray(0, at),
      this.before.subarray(at + MARK.length),
    ]);
    this.before = Buffer.alloc(0);
    if (rest.length > 0) this.pass(rest);
  }

  /** What was held back. */
  flush(): void {
    if (!this.seen && this.before.length > 0) this.pass(this.before);
    this.before = Buffer.alloc(0);
  }
}

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
      if (said.length < MOST_BEFORE) said += chunk.toString('utf8');
    };
    channel.on('data', hear).on('error', () => undefined);
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
