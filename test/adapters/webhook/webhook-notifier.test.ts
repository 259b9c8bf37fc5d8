import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createFakeNotifier } from '../../../src/adapters/webhook/fake-notifier.ts';
import { createWebhookNotifier } from '../../../src/adapters/webhook/webhook-notifier.ts';
import { notifierContract, sampleNotification } from '../../contracts/notifier.ts';
import { type HttpListener, listenHttp } from '../../support/http-listener.ts';
import { secretsOf } from '../../support/secrets.ts';

const open: HttpListener[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function listen(): Promise<HttpListener> {
  const listener = await listenHttp();
  open.push(listener);
  return listener;
}

notifierContract('webhook', async () => {
  const listener = await listen();
  return {
    notifier: createWebhookNotifier({ url: `${listener.url}/hook` }, secretsOf({})),
    received: async () => listener.requests.map(({ body }) => body),
    breakDown: () => listener.close(),
  };
});

notifierContract('fake', async () => {
  const notifier = createFakeNotifier('webhook');
  return {
    notifier,
    received: async () => notifier.sent.map((message) => JSON.stringify(message)),
    breakDown: async () => notifier.failNext(1),
  };
});

describe('webhook notifier', () => {
  it('signs timestamp and body with the project key', async () => {
    const listener = await listen();
    const secrets = secretsOf({
      'secret://hook': 'key-1',
      'secret://url': `${listener.url}/t0ken`,
    });
    const config = { url: 'secret://url', signingKeyRef: 'secret://hook' };
    const who = await createWebhookNotifier(config, secrets).notify(sampleNotification());
    const [request] = listener.requests;
    const timestamp = String(request?.headers['x-runsheet-timestamp']);
    const expected = createHmac('sha256', 'key-1').update(`${timestamp}.${request?.body}`);
    expect(request?.headers['x-runsheet-signature']).toBe(`sha256=${expected.digest('hex')}`);
    expect(request?.path).toBe('/t0ken');
    expect(who).not.toContain('t0ken');
  });

  it.each([
    [404, 'refused'],
    [302, 'refused'],
    [429, 'unavailable'],
    [503, 'unavailable'],
  ])('reports an answer of %d as %s', async (status, kind) => {
    const [listener, elsewhere] = [await listen(), await listen()];
    listener.answer = { status, body: '', headers: { location: elsewhere.url } };
    const notifier = createWebhookNotifier({ url: listener.url }, secretsOf({}));
    await expect(notifier.notify(sampleNotification())).rejects.toMatchObject({ kind });
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('refuses an address that is not http', async () => {
    const notifier = createWebhookNotifier({ url: 'file:///etc/passwd' }, secretsOf({}));
    await expect(notifier.notify(sampleNotification())).rejects.toMatchObject({ kind: 'invalid' });
  });
});
