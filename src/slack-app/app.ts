/** The incoming side of Slack: an HTTP server whose button clicks become decisions. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, type BlockAction, type ButtonAction, HTTPReceiver, LogLevel } from '@slack/bolt';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';
import {
  type Click,
  type ClickRefusal,
  type DecisionClient,
  decide,
  type Workspace,
} from './decide.ts';
import { createRequestGuard, type RequestRefusal } from './request-guard.ts';

/** The ids that the notifier gives its buttons. */
const ACTIONS: Readonly<Record<string, Click['kind']>> = {
  runsheet_approve: 'approve',
  runsheet_reject: 'reject',
  runsheet_retry: 'retry',
  runsheet_skip: 'skip',
  runsheet_rollback: 'rollback',
};
const ENDPOINT = '/slack/events';
const LARGEST_BODY_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const NOT_REACHED: Localized = {
  zh: '无法送达发布单：请稍后再点，或使用 runsheet answer。',
  en: 'The run could not be reached: click again later, or use runsheet answer.',
};

export interface SlackAppOptions {
  readonly signingSecret: string;
  readonly workspace: Workspace;
  readonly client: DecisionClient;
  readonly language: Language;
  /** Default 127.0.0.1: a reverse proxy in front of it is what Slack reaches. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  /** Called for every refusal and failure, for the log. Never gets a body. */
  readonly onRefusal?: (
    code: RequestRefusal | ClickRefusal | 'TOO_LARGE' | 'FAILED',
    who: string,
  ) => void;
  /** Seconds since the epoch. */
  readonly nowSeconds?: () => number;
}

export interface SlackApp {
  /** Slack's interactivity request URL must lead here. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the app; resolves once it listens. */
export async function startSlackApp(options: SlackAppOptions): Promise<SlackApp> {
  const receiver = await createBolt(options);
  const guard = createRequestGuard(options.signingSecret, options.nowSeconds);
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => {
        const code = body === null ? 'TOO_LARGE' : guard.check(request.headers, body);
        if (code !== null) {
          options.onRefusal?.(code, request.socket.remoteAddress ?? '');
          response.writeHead(code === 'TOO_LARGE' ? 413 : 401, { connection: 'close' }).end(code);
          return;
        }
        // Bolt reads an already consumed body from this property.
        receiver.requestListener(Object.assign(request, { rawBody: body }), response);
      })
      .catch(() => fail(response));
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}${ENDPOINT}`, close: () => close(server) };
}

async function createBolt(options: SlackAppOptions): Promise<HTTPReceiver> {
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    endpoints: ENDPOINT,
    logLevel: LogLevel.ERROR,
    // The guard has already checked signature, age and repetition of these bytes.
    signatureVerification: false,
  });
  const app = new App({
    receiver,
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
    // Answers go to the click's own response URL, so no bot token is needed here.
    authorize: async ({ teamId }) => ({
      botId: 'runsheet',
      botUserId: 'runsheet',
      ...(teamId !== undefined && { teamId }),
    }),
  });
  app.action<BlockAction<ButtonAction>>(
    /^runsheet_(approve|reject|retry|skip|rollback)$/,
    async ({ ack, body, action, respond }) => {
      await ack();
      const kind = ACTIONS[action.action_id];
      if (kind === undefined) return;
      const teamId = body.team?.id ?? null;
      const text = await answer(options, {
        kind,
        teamId,
        userId: body.user.id,
        value: action.value,
      });
      await respond({ response_type: 'ephemeral', replace_original: false, text });
    },
  );
  app.error(async () => options.onRefusal?.('FAILED', 'bolt'));
  await app.init();
  return receiver;
}

async function answer(options: SlackAppOptions, click: Click): Promise<string> {
  const { workspace, client, language, onRefusal } = options;
  try {
    const outcome = await decide(click, workspace, client);
    if (!outcome.sent) onRefusal?.(outcome.code, click.userId);
    return outcome.answer[language];
  } catch {
    onRefusal?.('FAILED', click.userId);
    return NOT_REACHED[language];
  }
}

/** @returns null: the body is larger than any click */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the sender gets an answer; the server's timeout bounds it.
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > LARGEST_BODY_BYTES ? null : Buffer.concat(chunks);
}

function fail(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(400, { connection: 'close' });
  response.end();
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
