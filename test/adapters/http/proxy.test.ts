/** B12: HTTPS_PROXY, HTTP_PROXY and NO_PROXY are heeded by what leaves for the world, by a real proxy. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpProbe } from '../../../src/adapters/http/http-probe.ts';
import { proxyOf } from '../../../src/adapters/http/proxy.ts';
import { createOciClient } from '../../../src/adapters/registry/oci-client.ts';
import { createSlackNotifier } from '../../../src/adapters/slack/slack-notifier.ts';
import { createWebhookNotifier } from '../../../src/adapters/webhook/webhook-notifier.ts';
import { sampleNotification } from '../../contracts/notifier.ts';
import { listenHttp } from '../../support/http-listener.ts';
import { listenAsProxy } from '../../support/proxy-listener.ts';
import { secretsOf } from '../../support/secrets.ts';

const MESSAGE = sampleNotification();

/** A service that only a proxy reaches, for its names are nobody's. */
async function behindProxy() {
  const listener = await listenHttp();
  onTestFinished(() => listener.close());
  const port = Number(new URL(listener.url).port);
  const proxy = await listenAsProxy({ port });
  onTestFinished(() => proxy.close());
  return { listener, proxy, port };
}

async function wayBy(environment: Readonly<Record<string, string>>) {
  const dispatcher = proxyOf(environment);
  if (dispatcher !== undefined) onTestFinished(() => dispatcher.close());
  return dispatcher;
}

describe('B12: a proxy of the environment', () => {
  it('takes webhooks', async () => {
    const { listener, proxy } = await behindProxy();
    const way = await wayBy({ HTTP_PROXY: proxy.url });
    const config = { url: 'http://hooks.example.com/hook' };
    await createWebhookNotifier(config, secretsOf({}), way).notify(MESSAGE);
    expect(proxy.tunnels).toEqual(['hooks.example.com:80']);
    expect(listener.requests).toMatchObject([{ path: '/hook' }]);
  });

  it('takes messages to Slack', async () => {
    const { listener, proxy } = await behindProxy();
    const way = await wayBy({ http_proxy: proxy.url });
    const apiUrl = 'http://slack.example.com/api/';
    const config = { tokenRef: 'secret://slack', channel: '#releases', apiUrl };
    await createSlackNotifier(config, secretsOf({ 'secret://slack': 'xoxb-1' }), way).notify(
      MESSAGE,
    );
    expect(proxy.tunnels).toEqual(['slack.example.com:80']);
    expect(listener.requests[0]).toMatchObject({ path: '/api/chat.postMessage', method: 'POST' });
    expect(listener.requests[0]?.body).toContain('channel=%23releases');
  });

  it('takes requests to the registry, its token service included', async () => {
    const { listener, proxy } = await behindProxy();
    const dispatcher = await wayBy({ HTTP_PROXY: proxy.url });
    const challenge = 'Bearer realm="http://auth.example.com/token",service="r"';
    listener.answer = { status: 401, body: '{}', headers: { 'www-authenticate': challenge } };
    const client = createOciClient({ url: 'http://registry.example.com', dispatcher });
    await expect(client.manifest('team/app', 'v1')).rejects.toThrow();
    expect(proxy.tunnels).toEqual(['registry.example.com:80', 'auth.example.com:80']);
  });

  it('is shown the credentials in its address, and an address needs no scheme', async () => {
    const { proxy } = await behindProxy();
    const way = await wayBy({ HTTP_PROXY: proxy.url.replace('http://', 'me:secret@') });
    const config = { url: 'http://hooks.example.com/hook' };
    await createWebhookNotifier(config, secretsOf({}), way).notify(MESSAGE);
    const shown = Buffer.from('me:secret').toString('base64');
    expect(proxy.tunnels).toEqual([`hooks.example.com:80 Basic ${shown}`]);
  });

  it.each([
    ['this machine', '', '127.0.0.1'],
    ['this machine by its name', '', 'localhost'],
    ['a network', '10.0.0.0/8 0.0.0.0/8', '0.0.0.0'],
    ['a port', 'localhost:{port}', 'localhost'],
    ['everything', '*', '127.0.0.1'],
  ])('does not take what goes to %s', async (_, NO_PROXY, host) => {
    const { listener, proxy, port } = await behindProxy();
    const way = await wayBy({
      HTTP_PROXY: proxy.url,
      NO_PROXY: NO_PROXY.replace('{port}', String(port)),
    });
    const config = { url: `http://${host}:${port}/hook` };
    await createWebhookNotifier(config, secretsOf({}), way).notify(MESSAGE);
    expect(proxy.tunnels).toEqual([]);
    expect(listener.requests).toHaveLength(1);
  });

  it.each([
    ['hooks.example.com', 'hooks.example.com', true],
    ['example.com', 'hooks.example.com', true],
    ['.example.com', 'hooks.example.com', true],
    ['*.example.com', 'hooks.example.com', true],
    ['EXAMPLE.com', 'hooks.example.com', true],
    ['example.com:8080', 'hooks.example.com', false],
    ['ample.com', 'hooks.example.com', false],
    ['192.0.2.0/24', '192.0.3.1', false],
  ])('NO_PROXY=%s and %s: %s', async (NO_PROXY, host, isDirect) => {
    const { proxy } = await behindProxy();
    const way = await wayBy({ HTTP_PROXY: proxy.url, NO_PROXY });
    const config = { url: `http://${host}/hook` };
    const asked = createWebhookNotifier(config, secretsOf({}), way).notify(MESSAGE);
    // Directly there is nobody of that name.
    await (isDirect ? expect(asked).rejects.toThrow('did not answer') : asked);
    expect(proxy.tunnels).toHaveLength(isDirect ? 0 : 1);
  });

  it('holds for its own scheme only', async () => {
    const { listener, proxy } = await behindProxy();
    const way = await wayBy({ HTTPS_PROXY: proxy.url });
    await createWebhookNotifier({ url: `${listener.url}/hook` }, secretsOf({}), way).notify(
      MESSAGE,
    );
    expect(proxy.tunnels).toEqual([]);
    const config = { url: 'https://hooks.example.com/hook' };
    await createWebhookNotifier(config, secretsOf({}), way)
      .notify(MESSAGE)
      .catch(() => undefined);
    expect(proxy.tunnels).toEqual(['hooks.example.com:443']);
  });

  it('never takes what is asked of a server', async () => {
    const { listener, proxy } = await behindProxy();
    process.env['HTTP_PROXY'] = proxy.url;
    onTestFinished(() => void delete process.env['HTTP_PROXY']);
    const request = { method: 'GET', url: listener.url, timeoutMs: 5_000 };
    expect((await createHttpProbe('.').request(request)).status).toBe(200);
    expect(proxy.tunnels).toEqual([]);
  });

  it.each(['socks5://proxy.example.com:1080', 'http://', '::'])('%s is refused unsaid', (value) => {
    expect(() => proxyOf({ HTTPS_PROXY: value })).toThrow(
      /^The variable HTTPS_PROXY is not the address of a proxy\.$/u,
    );
  });

  it('is none where the environment names none', () => {
    expect(proxyOf({ NO_PROXY: '*', HTTPS_PROXY: '' })).toBeUndefined();
  });
});
