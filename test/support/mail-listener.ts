import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface MailListener {
  readonly port: number;
  /** Everything received, parsed, oldest first. */
  readonly mails: ParsedMail[];
  close(): Promise<void>;
}

/**
 * A real SMTP server on loopback and a free port that keeps what it is sent.
 * @param password absent: anybody may send
 * @param encrypts whether it offers STARTTLS, with a certificate that nobody trusts
 */
export async function listenMail(password?: string, encrypts = false): Promise<MailListener> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: encrypts ? [] : ['STARTTLS'],
    logger: false,
    onAuth: (auth, _session, callback) =>
      auth.password === password
        ? callback(null, { user: auth.username ?? '' })
        : callback(new Error('Invalid login')),
    onData: (stream, _session, callback) => {
      simpleParser(stream).then(
        (mail) => {
          mails.push(mail);
          callback();
        },
        (error: Error) => callback(error),
      );
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(resolve);
    });
    return closed;
  };
  return { port, mails, close };
}
