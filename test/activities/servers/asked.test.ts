/** B11: a service that answers only who asks it rightly, through every check of a run. */
import { describe, expect, it } from 'vitest';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import type { FakeAnswer, FakeRequest } from '../../../src/adapters/fake/fake-world.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import type { HealthSettings, ProjectSettings } from '../../../src/plan/settings.ts';
import {
  before,
  OLD,
  run,
  SECRET_VALUE,
  SERVERS,
  type Stage,
  setStage,
  settings,
  valueOf,
} from './stage.ts';

const HOST = 'quotes.example.com';
const SERVER = 'app-server-1';
const GOOD: FakeAnswer = { status: 200, body: '{"status":"ok","version":"v2"}' };

/** Seen by the service, in its order. */
interface Served {
  readonly stage: Stage;
  readonly seen: FakeRequest[];
  readonly project: ProjectSettings;
}

async function served(
  answer: (request: FakeRequest) => FakeAnswer,
  asked: Partial<HealthSettings> = {},
): Promise<Served> {
  const seen: FakeRequest[] = [];
  const release = {
    answer: (request: FakeRequest) => {
      seen.push(request);
      return answer(request);
    },
  };
  const stage = await setStage({ old: release, new: release });
  const smoke = [{ method: 'GET', path: '/quote', status: 200 }];
  const project = { ...settings, health: { ...settings.health, smoke, ...asked } };
  return { stage, seen, project };
}

const onlyFor =
  (host: string) =>
  (request: FakeRequest): FakeAnswer =>
    request.headers['host'] === host
      ? GOOD
      : { status: 400, body: '<!doctype html><html><title>Bad Request (400)</title></html>' };

const ASKING = [
  'service.ready',
  'health.endpoint',
  'health.smoke',
  'health.performance',
  'pool.enable',
  'traffic.verify',
] as const;

async function release({ stage, project }: Served): Promise<void> {
  for (const id of ['pool.drain', 'service.stop', 'image.pull', 'service.start'] as const)
    await stage.act(id, { project, settings: { limitSeconds: 1 } });
}

describe('B11: a service that answers 400 unless `Host: quotes.example.com`', () => {
  it.each(ASKING)('is asked under its name by %s', async (id) => {
    const all = await served(onlyFor(HOST), { host: HOST });
    if (id !== 'traffic.verify') await release(all);
    all.seen.length = 0;
    const { facts } = await all.stage.act(id, { project: all.project });
    expect(all.seen.length).toBeGreaterThan(0);
    expect(all.seen.every(({ headers }) => headers['host'] === HOST)).toBe(true);
    for (const fact of facts) {
      if (typeof fact.value === 'boolean') expect(fact).toMatchObject({ value: true });
      if (fact.id === 'service.error_rate') expect(fact.value).toBe(0);
    }
  });

  it('is asked under the name of its environment', async () => {
    const all = await served(onlyFor('production.hello.test'), {
      host: '${environment}.${service}.test',
    });
    const { facts } = await all.stage.act('health.smoke', { project: all.project });
    expect(facts).toMatchObject([{ id: 'health.passed', value: true }]);
  });

  it('is asked under another name through the load balancer, where that has one', async () => {
    const all = await served(onlyFor('www.example.com'), { host: HOST });
    const verify = { ...settings.balancer.verify, host: 'www.example.com' };
    const project = { ...all.project, balancer: { ...settings.balancer, verify } };
    const result = await all.stage.act('traffic.verify', { project });
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
  });

  it('is watched as a canary, and examined before a run, in the same way', async () => {
    const { stage, project, seen } = await served(onlyFor(HOST), { host: HOST });
    const ports = { ...stage.ports, registry: createFakeRegistry() };
    const { observeServers, preflightServer } = createFleetActivities(ports);
    const input = {
      run,
      project,
      servers: SERVERS,
      step: 6,
      seconds: 0.01,
      maximumErrorPercent: 1,
    };
    await stage.environment.run(observeServers, input);
    const found: PreflightResult = await stage.environment.run(preflightServer, {
      run,
      server: SERVER,
      does: [],
      project,
    });
    expect(found.checks.find(({ name }) => name === 'health')?.state).toBe('ok');
    expect(seen.every(({ headers }) => headers['host'] === HOST)).toBe(true);
  });

  it('is asked by a rollback as the version was that comes back, whatever the file says now', async () => {
    const { stage, project } = await served(onlyFor(HOST), { host: HOST });
    const RUN_1 = '6f0a0a52-0000-4000-8000-00000000000a';
    const v1 = { reference: 'hello:v1', tag: 'v1', digest: OLD };
    await stage.act('service.stop');
    await stage.act('service.start', {
      project,
      run: { ...run, requestId: RUN_1, version: 'v1' },
      image: v1,
    });
    await stage.act('service.stop');
    await stage.act('image.pull');
    const other = { ...settings, health: { ...settings.health, host: 'new.example.com' } };
    await stage.act('service.start', { project: other });
    const { evidence } = await stage.undo('service.restore', {
      project: other,
      before: before(SERVER, { release: { digest: OLD, version: 'v1', runId: RUN_1 } }),
    });
    expect(evidence.join('\n')).toMatch(/ready after .*v1 .*runs again/su);
    expect(stage.world.running(stage.world.server(SERVER))?.digest).toBe(OLD);
  });
});

describe('B11: what the answer shows of what the request lacked', () => {
  const answers = async (answer: FakeAnswer, asked: Partial<HealthSettings> = {}) => {
    const { stage, project } = await served(() => answer, asked);
    const { evidence } = await stage.act('health.endpoint', { project });
    return evidence.join('\n');
  };

  it.each([
    [
      { status: 400, body: '<h1>Bad Request (400)</h1>' },
      {},
      /"Bad Request \(400\)".*set health\.host to it/u,
    ],
    [{ status: 421 }, {}, /answered: nothing.*set health\.host to it/u],
    [{ status: 403, body: 'Blocked hosts: 10.0.0.1' }, {}, /set health\.host to it/u],
    [{ status: 403, body: 'Forbidden' }, {}, /set health\.host; .* set health\.headers/u],
    [{ status: 401 }, {}, /wants credentials: set health\.headers/u],
    [{ status: 421 }, { host: 'a.test' }, /does not answer for a\.test: check health\.host/u],
    [{ status: 400, body: 'The plain HTTP request was sent to HTTPS port' }, {}, /scheme: https/u],
    [
      { status: 301, headers: { location: `https://${HOST}/health` } },
      {},
      /answered: "Location: https:\/\/quotes.*not followed.*scheme: https.*X-Forwarded-Proto/u,
    ],
    [{ status: 302, headers: { location: '/login' } }, {}, /not followed: set a path/u],
  ] as const)('%o', async (answer, asked, expected) => {
    const told = await answers(answer, asked);
    expect(told).toMatch(/sent: GET \/health, Host: /u);
    expect(told).toMatch(expected);
  });

  it.each([
    [{ status: 500, body: 'host' }, {}],
    [{ status: 400, body: 'missing id' }, { host: 'a.test' }],
    [{ status: 404 }, {}],
    [{ status: 301, headers: { location: '/' } }, { status: 301 }],
  ])('nothing: %o', async (answer, asked) => {
    expect(await answers(answer, asked)).not.toContain('sent:');
  });

  it('is in the error of a service that is not ready, and in Chinese where the run is', async () => {
    const { stage, project } = await served(onlyFor(HOST));
    await expect(stage.act('service.ready', { project })).rejects.toMatchObject({
      type: 'SERVICE_NOT_READY',
      message: expect.stringMatching(/"Bad Request \(400\)"; .*health\.host/u),
    });
    const language = { run: { ...run, language: 'zh' as const } };
    await expect(stage.act('service.ready', { project, ...language })).rejects.toMatchObject({
      message: expect.stringMatching(/发送：GET \/health.*「Bad Request \(400\)」.*health\.host/u),
    });
  });
});

describe('B11: headers', () => {
  const asked = {
    headers: { 'X-Forwarded-Proto': 'https', Authorization: 'Bearer secret://env/TOKEN' },
  };

  it('are sent, a secret by its value, which is in nothing that is kept', async () => {
    const all = await served(
      ({ headers }) => ({ status: headers['authorization'] === undefined ? 401 : 500 }),
      asked,
    );
    await release(all);
    const { stage, project, seen } = all;
    const told = [await stage.act('health.endpoint', { project })];
    told.push(await stage.act('health.performance', { project }));
    const failed = await stage.act('service.ready', { project }).catch((error: Error) => error);
    expect(seen.at(-1)?.headers).toMatchObject({
      'x-forwarded-proto': 'https',
      authorization: `Bearer ${SECRET_VALUE}`,
    });
    const files = [...stage.world.server(SERVER).files.values()].map(({ content }) => content);
    expect(files.join('')).toContain('Bearer secret://env/TOKEN');
    const kept = [JSON.stringify(told), String(failed), JSON.stringify(project), ...files].join('');
    expect(kept).not.toContain(SECRET_VALUE);
  });

  it('whose secret has no value are found before a run, of the new version and of the old one', async () => {
    const { stage, project } = await served(() => GOOD, asked);
    await stage.act('service.stop');
    await stage.act('service.start', {
      project,
      run: { ...run, requestId: '6f0a0a52-0000-4000-8000-00000000000a', version: 'v1' },
      image: { reference: 'hello:v1', tag: 'v1', digest: OLD },
    });
    stage.ports.secrets.resolve = (reference) => Promise.reject(new Error(`${reference} is gone`));
    const ports = { ...stage.ports, registry: createFakeRegistry() };
    const { preflightServer } = createFleetActivities(ports);
    const found: PreflightResult = await stage.environment.run(preflightServer, {
      run,
      server: SERVER,
      does: [],
      project,
    });
    expect(found.checks.find(({ name }) => name === 'release')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('secret://env/TOKEN'),
    });
    expect(found.checks.find(({ name }) => name === 'health')?.detail).toContain('is gone');
  });
});

it('B11: a certificate that nobody verifies is never silent', async () => {
  const asked = { scheme: 'https', tls: { verify: false } } as const;
  const { stage, project } = await served(() => GOOD, asked);
  const { evidence } = await stage.act('health.endpoint', { project });
  expect(evidence.join('\n')).toMatch(/GET https:.*\n.*certificate was not verified/u);
});
