import { createTransport } from 'nodemailer';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Notification, Notifier } from '../../ports/notifier.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { failure, phrase } from '../refusal.ts';
import { emailContent } from './email-message.ts';

const TIMEOUT_MS = 10_000;

export interface EmailConfig {
  readonly host: string;
  readonly port: number;
  /** true: TLS from the first byte; false: STARTTLS where the server offers it, and always before a password. */
  readonly secure?: boolean;
  readonly from: string;
  /** Who always gets a copy, beside the people whom a message addresses. */
  readonly to: readonly string[];
  readonly user?: string;
  /** `secret://` reference. */
  readonly passwordRef?: string;
}

/** Sends each message by SMTP, one mail to all recipients. */
export function createEmailNotifier(config: EmailConfig, secrets: SecretStore): Notifier {
  return {
    channel: 'email',
    async notify(message) {
      const recipients = recipientsOf(config, message);
      if (recipients.length === 0) throw noRecipient(config);
      const transport = createTransport({
        host: config.host,
        port: config.port,
        secure: config.secure ?? false,
        requireTLS: config.passwordRef !== undefined && !isLoopback(config.host),
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
        ...(await login(config, secrets)),
      });
      try {
        await transport.sendMail({ from: config.from, to: recipients, ...emailContent(message) });
      } catch (error) {
        throw mailError(config, error);
      } finally {
        transport.close();
      }
      return recipients.join(', ');
    },
  };
}

function recipientsOf(config: EmailConfig, message: Notification): string[] {
  const people = message.recipients.flatMap(({ email }) => (email === undefined ? [] : [email]));
  return [...new Set([...people, ...config.to])];
}

async function login(
  { user, passwordRef }: EmailConfig,
  secrets: SecretStore,
): Promise<{ readonly auth?: { readonly user: string; readonly pass: string } }> {
  if (user === undefined || passwordRef === undefined) return {};
  return { auth: { user, pass: (await secrets.resolve(passwordRef)).reveal() } };
}

function noRecipient(config: EmailConfig): PortError {
  return failure(config.host, diagnose('INVALID', 'mailNobody', {}));
}

/** Nobody listens in on this machine's own connections. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

/** OpenSSL's names for a certificate that this machine does not trust. */
const UNTRUSTED = /certificate|self-signed|unable to verify/iu;
const LONGEST_REASON = 300;

/**
 * Codes of nodemailer: EAUTH for a refused login, EENVELOPE for a refused sender or recipient, ETLS
 * where there is no STARTTLS. The reason is the server's or the system's own words.
 */
function mailError({ host, port, secure }: EmailConfig, error: unknown): PortError {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  const permanent = typeof responseCode === 'number' && responseCode >= 500;
  const words = error instanceof Error ? phrase(error.message, LONGEST_REASON) : 'error';
  const reason = typeof code === 'string' ? `${code}: ${words}` : words;
  const place = `${host}:${port}`;
  const named = { place, reason };
  const variant = (): Parameters<typeof failure>[1] => {
    if (UNTRUSTED.test(words)) return diagnose('REFUSED', 'mailNotTrusted', named);
    if (code === 'ETLS' && secure !== true) return diagnose('REFUSED', 'mailInClear', { place });
    if (code === 'EAUTH' || permanent) return diagnose('REFUSED', 'mailRefused', named);
    return diagnose('UNREACHABLE', 'mailNotTaken', named);
  };
  return failure(place, variant(), { cause: error });
}
