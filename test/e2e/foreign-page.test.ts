/**
 * S2: a page of somebody else's in a developer's browser, against all that `runsheet dev` listens on:
 * by simple requests across sites, and under a name of its own that points to this machine.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pc from 'picocolors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, findChromium } from './support/browser.ts';
import { PRODUCTION, type Stage, startStage } from './support/stage.ts';
import type { StageRun } from './support/stage-run.ts';

const NAME = 'rebound.example';
const SIZE = { width: 800, height: 600 };
const PAGE = '<!doctype html><title>somebody else</title><body>a page</body>';

const chromium = findChromium();
if (chromium === null) {
  const message = 'Chromium is not installed: no page attacks (apt-get install chromium)';
  if (!['', 'false'].includes(process.env['CI'] ?? '')) throw new Error(message);
  process.stderr.write(`${pc.yellow(message)}\n`);
}

describe.skipIf(chromium === null)("a page of somebody else's", () => {
  let stage: Stage;
  let browser: Browser;
  let site: Server;
  let run: StageRun;

  beforeAll(async () => {
    site = createServer((_asked, answer) =>
      answer.setHeader('content-type', 'text/html').end(PAGE),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    [stage, browser] = await Promise.all([startStage(), Browser.open(chromium ?? '', [NAME])]);
    run = await stage.deploy('production', 'v2.1.0', { skip_tests: true }, { id: 'waits' });
    await run.untilWaiting();
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
    site?.close();
  });

  /** Opens a page and waits until it is there. */
  async function open(url: string): Promise<void> {
    await browser.show(url, SIZE);
    await expect.poll(() => browser.evaluate('location.href + document.readyState')).toContain(url);
  }

  const foreign = (): string => `http://${NAME}:${(site.address() as AddressInfo).port}/`;

  /** What a browser sends across sites without asking first. @returns what the page learns of it */
  async function post(url: string, body: object, headers: object = {}): Promise<unknown> {
    const request = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'text/plain', ...headers },
      ...(Object.keys(headers).length === 0 && { mode: 'no-cors' }),
    };
    const sent = `fetch(${JSON.stringify(url)}, ${JSON.stringify(request)})`;
    return browser.evaluate(`${sent}.then((a) => a.status, (e) => String(e))`);
  }

  const ui = (): string => stage.env['TEMPORAL_UI_URL'] ?? '';
  const signal = (base: string): string =>
    `${base}/api/v1/namespaces/default/workflows/${run.id}/signal/approve`;
  const yes = { input: { payloads: [payload({ by: 'alice', comment: 'from a page' })] } };

  async function signals(): Promise<number> {
    const { events } = await run.handle.fetchHistory();
    return (events ?? []).filter((each) => each.workflowExecutionSignaledEventAttributes).length;
  }

  /** As the balancer's own API has it. @returns what the page learns of it */
  function takeOut(base: string, server: string): Promise<unknown> {
    const path = `/pools/production/servers/${server}`;
    const options = `{ method: 'PUT', body: '{"admin":"maint"}' }`;
    const url = JSON.stringify(new URL(path, base).href);
    return browser.evaluate(`fetch(${url}, ${options}).then((a) => a.status, (e) => String(e))`);
  }

  it('S2 approves nothing, starts nothing and moves no server across sites', async () => {
    await open(foreign());
    await post(signal(ui()), yes);
    const start = `${ui()}/api/v1/namespaces/default/workflows/from-a-page`;
    await post(start, { workflowType: { name: 'x' }, taskQueue: { name: 'runsheet' } });
    const pool = await stage.world.pool('production');
    for (const server of PRODUCTION) await takeOut(stage.connections.balancer.adminUrl, server);
    await post(`${stage.connections.registry.url}/v2/quotes/blobs/uploads/`, {});
    expect(await signals()).toBe(0);
    expect(await stage.world.pool('production')).toEqual(pool);
    await expect(stage.client.workflow.getHandle('from-a-page').describe()).rejects.toThrow();
    expect((await run.status()).approval).not.toBeNull();
  });

  it.each([
    ['the Web UI', () => ui()],
    ['the load balancer', () => stage.connections.balancer.adminUrl],
    ['the registry', () => `${stage.connections.registry.url}/v2/`],
  ])('S2 reads nothing of %s under a name of its own', async (_name, urlOf) => {
    const own = new URL(urlOf());
    own.hostname = NAME;
    await browser.show(own.href, SIZE);
    const status = `fetch('/api/v1/namespaces').then((a) => a.status, (e) => String(e))`;
    await expect.poll(() => browser.evaluate('location.hostname')).toBe(NAME);
    expect(await browser.evaluate(status)).toBe(403);
    expect(await browser.text()).not.toMatch(/default|quotes|app-server/u);
    expect(await signals()).toBe(0);
  });

  it('S2 moves no server under a name of its own, and a program of this machine does', async () => {
    const base = new URL(stage.connections.balancer.adminUrl);
    const [server] = PRODUCTION;
    const before = await stage.world.pool('production');
    base.hostname = NAME;
    await browser.show(base.href, SIZE);
    await expect.poll(() => browser.evaluate('location.hostname')).toBe(NAME);
    expect(await takeOut(base.href, server)).toBe(403);
    expect(await stage.world.pool('production')).toEqual(before);
    base.hostname = '127.0.0.1';
    const path = `/pools/production/servers/${server}`;
    const put = (admin: string) =>
      fetch(new URL(path, base), { method: 'PUT', body: JSON.stringify({ admin }) });
    expect((await put('maint')).status).toBe(200);
    expect((await stage.world.pool('production'))[server]).toMatchObject({ admin: 'maint' });
    expect((await put('ready')).status).toBe(200);
  });

  it('S2 and the page of the Web UI itself may: the same request approves', async () => {
    await open(`${ui()}/namespaces/default/workflows`);
    expect(await post(signal(ui()), yes, { 'Caller-Type': 'operator' })).toBe(200);
    expect(await signals()).toBe(1);
    expect((await run.end()).failure).toBeNull();
  });
});

function payload(value: unknown): object {
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  return { metadata: { encoding: encoded('json/plain') }, data: encoded(JSON.stringify(value)) };
}
