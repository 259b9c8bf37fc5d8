/** `/livez` and `/readyz`: alive is who answers, ready is who has all of its projects ready. */
import { afterEach, expect, it } from 'vitest';
import { type HealthServer, type ProjectHealth, serveHealth } from '../../src/worker/health.ts';

let server: HealthServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const project = (service: string, ready: boolean): ProjectHealth => ({
  service,
  taskQueue: service,
  ready,
});

async function ask(
  path: string,
  projects: () => Promise<readonly ProjectHealth[]>,
  accept = 'text/plain',
): Promise<readonly [number, string]> {
  server ??= await serveHealth('127.0.0.1:0', projects);
  const url = `http://127.0.0.1:${server.port}${path}`;
  const response = await fetch(url, { headers: { accept } });
  return [response.status, await response.text()];
}

it.each([
  ['all of its projects', [project('a', true), project('b', true)], 200],
  ['all but one', [project('a', true), project('b', false)], 503],
  ['none yet', [], 503],
] as const)('is ready with %s', async (_what, projects, status) => {
  const asked = () => Promise.resolve(projects);
  const [code, text] = await ask('/readyz', asked);
  expect(code).toBe(status);
  expect(text).toMatch(status === 200 ? /^ok\n/u : /^not ready\n/u);
  const [, json] = await ask('/readyz', asked, 'application/json');
  expect(JSON.parse(json)).toEqual({ status: status === 200 ? 'ok' : 'not ready', projects });
  expect(await ask('/livez', asked)).toEqual([200, 'ok\n']);
  expect((await ask('/metrics', asked))[0]).toBe(404);
});

it('is alive and not ready where nobody answers for the server', async () => {
  const asked = () => new Promise<never>(() => undefined);
  expect((await ask('/readyz', asked))[0]).toBe(503);
  expect((await ask('/livez', asked))[0]).toBe(200);
});

it('says which address is taken, and what to do', async () => {
  server = await serveHealth('127.0.0.1:0', () => Promise.resolve([]));
  const again = serveHealth(`127.0.0.1:${server.port}`, () => Promise.resolve([]));
  await expect(again).rejects.toThrow(/telemetry\.health: cannot listen on .*EADDRINUSE/u);
});
