import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import { type Dispatcher, fetch } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { failure } from '../refusal.ts';
import { slackContent } from './slack-message.ts';

const TIMEOUT_MS = 10_000;

export interface SlackConfig {
  /** `secret://` reference to the bot token. */
  readonly tokenRef: string;
  /** Channel name with #, or its id. */
  readonly channel: string;
  /** Ends in /api/; absent: Slack's own. */
  readonly apiUrl?: string;
}

/** Posts each message with chat.postMessage. The activity retries, not the client. */
export function createSlackNotifier(
  config: SlackConfig,
  secrets: SecretStore,
  dispatcher?: Dispatcher,
): Notifier {
  return {
    channel: 'slack',
    async notify(message) {
      const token = (await secrets.resolve(config.tokenRef)).reveal();
      const client = new WebClient(token, {
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: TIMEOUT_MS,
        logLevel: LogLevel.ERROR,
        logger: silent,
        ...(dispatcher !== undefined && { fetch: fetchBy(dispatcher) }),
        ...(config.apiUrl !== undefined && { slackApiUrl: config.apiUrl }),
      });
      try {
        await client.chat.postMessage({
          channel: config.channel,
          ...slackContent(message),
          parse: 'none',
          link_names: false,
          unfurl_links: false,
          unfurl_media: false,
        });
      } catch (error) {
        throw slackError(config.channel, error);
      }
      return config.channel;
    },
  };
}

/** The client's requests by another way than Node's own; messages have texts for bodies, never files. */
function fetchBy(dispatcher: Dispatcher): NonNullable<WebClientOptions['fetch']> {
  return (url, { body, ...init } = {}) =>
    fetch(url, { ...init, dispatcher, ...(typeof body === 'string' && { body }) });
}

/** What a refused call is reported by is the PortError; the client's own log would repeat it. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

const NOT_NOW = ['ratelimited', 'internal_error', 'service_unavailable'];

/** Slack answers 200 with `{"ok":false,"error":name}`; everything else did not reach it. */
function slackError(channel: string, error: unknown): PortError {
  const data = error instanceof Error && 'data' in error ? error.data : null;
  const name = typeof data === 'object' && data !== null && 'error' in data ? data.error : null;
  if (typeof name === 'string') {
    return failure(channel, refusedBy(name, channel), { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
  const diagnostic = diagnose('UNREACHABLE', 'slackSilent', { channel, reason: code });
  return failure(channel, diagnostic, { cause: error });
}

function refusedBy(reason: string, channel: string) {
  const named = { channel, reason };
  if (reason === 'channel_not_found') return diagnose('NOT_FOUND', 'slackNoChannel', named);
  return NOT_NOW.includes(reason)
    ? diagnose('UNAVAILABLE', 'slackNotNow', named)
    : diagnose('REFUSED', 'slackRefused', named);
}
