import { createHmac } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Notification, Notifier } from '../../ports/notifier.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { failure } from '../refusal.ts';

const TIMEOUT_MS = 10_000;

export interface WebhookConfig {
  /** http(s) address, or a `secret://` reference to one: many services put a token into the path. */
  readonly url: string;
  /** `secret://` reference to the HMAC key; absent: the request is not signed. */
  readonly signingKeyRef?: string;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request of one message. The signature is HMAC-SHA256 over `<timestamp>.<body>`, in hex.
 * @param timestampSeconds since the epoch; the receiver refuses old ones
 */
export function webhookRequest(
  message: Notification,
  timestampSeconds: number,
  signingKey: string | null,
): WebhookRequest {
  const body = JSON.stringify(message);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-runsheet-timestamp': String(timestampSeconds),
  };
  if (signingKey !== null) {
    const digest = createHmac('sha256', signingKey).update(`${timestampSeconds}.${body}`);
    headers['x-runsheet-signature'] = `sha256=${digest.digest('hex')}`;
  }
  return { headers, body };
}

/** Posts each message as JSON. Redirects are not followed: the body goes where the project said. */
export function createWebhookNotifier(
  config: WebhookConfig,
  secrets: SecretStore,
  dispatcher?: Dispatcher,
): Notifier {
  return {
    channel: 'webhook',
    async notify(message) {
      const url = await addressOf(config, secrets);
      const key =
        config.signingKeyRef === undefined
          ? null
          : (await secrets.resolve(config.signingKeyRef)).reveal();
      await post(url, webhookRequest(message, Math.floor(Date.now() / 1000), key), dispatcher);
      return url.host;
    },
  };
}

async function addressOf(config: WebhookConfig, secrets: SecretStore): Promise<URL> {
  const text = config.url.startsWith('secret://')
    ? (await secrets.resolve(config.url)).reveal()
    : config.url;
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw failure('webhook', diagnose('INVALID', 'webhookAddress', {}));
}

async function post(
  url: URL,
  { headers, body }: WebhookRequest,
  dispatcher: Dispatcher | undefined,
): Promise<void> {
  let status: number;
  try {
    const response = await request(url, {
      method: 'POST',
      headers,
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(dispatcher !== undefined && { dispatcher }),
    });
    status = response.statusCode;
    await response.body.dump({ limit: 65_536 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.name : 'error';
    const diagnostic = diagnose('UNREACHABLE', 'webhookSilent', { place: url.host, reason });
    throw failure(url.host, diagnostic, { cause });
  }
  if (status >= 200 && status < 300) return;
  const named = { place: url.host, status };
  throw failure(
    url.host,
    status === 429 || status >= 500
      ? diagnose('UNAVAILABLE', 'webhookNotNow', named)
      : diagnose('REFUSED', 'webhookRefused', named),
  );
}
