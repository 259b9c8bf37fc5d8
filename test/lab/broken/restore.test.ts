/**
 * runsheet.yaml is changed for the worse between two releases: the former one comes back with what it ran
 * with, on every server, whatever was changed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployed, deployed } from '../support/deployed.ts';
import type { Section } from '../support/project.ts';
import { until } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';

const FILE = '/var/lib/runsheet/config/app.conf';
const STOP = { signal: 'SIGTERM', grace: '8s' };
const READY = { successes: 2, interval: '100ms', limit: '8s' };

const runtime = (environment: Section): Section => ({
  runtime: { environment: { PORT: '${port}', ...environment }, port: 8080, stop: STOP },
});
const health = (change: Section): Section => ({
  health: { path: '/healthz', timeout: '2s', ready: READY, ...change },
});

describe('U1: a release is started again with what it ran with', () => {
  let stage: LabStage;
  let former: Deployed;

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'restore',
      servers: 2,
      settings: runtime({ GREETING: 'one' }),
    });
    former = await deployed(stage, 'v1.0.0');
  });
  afterAll(() => stage?.close());

  /** Name → value of the variables that the serving container has. */
  const variables = async (server: { shell(script: string): Promise<string> }) =>
    server.shell(
      `docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' $(docker ps -q) | grep -E '^(GREETING|NEW)=' | sort`,
    );

  async function expectV1(): Promise<void> {
    await expectOnly(stage, former);
    for (const server of stage.servers) {
      expect((await variables(server)).trim(), server.name).toBe('GREETING=one');
      expect(await server.shell(`cat ${FILE}`), server.name).toContain('version=v1.0.0');
      expect((await server.shell(`stat -c %a ${FILE}`)).trim(), server.name).toBe('640');
    }
  }

  it.each<[string, Section]>([
    ['the command', { container: { entrypoint: ['datasett'] } }],
    ['the environment', runtime({ PORT: '9999', GREETING: 'two' })],
    ['the health path', health({ path: '/stuck' })],
    ['the status of the health check', health({ status: 204 })],
    [
      'a file, its mode and the health path',
      {
        files: [{ template: 'app.conf.template', path: 'config/app.conf', mode: '0600' }],
        ...health({ path: '/stuck' }),
      },
    ],
  ])('U1: with %s changed', async (_what, change) => {
    stage.configure(change);
    const { failure, status } = await (await stage.deploy('v2.0.0')).end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.needsAttention).toBeNull();
    await expectV1();
  });

  it('U1: with a secret that does not exist, nothing is touched', async () => {
    stage.configure(runtime({ NEW: 'secret://env/LAB_NO_SUCH_SECRET' }));
    const { failure, status } = await (await stage.deploy('v2.0.0')).end();
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ type: 'PREFLIGHT_FAILED' });
    expect(failure?.message).toContain('LAB_NO_SUCH_SECRET');
    await expectV1();
  });

  it('U1: also where the container that was kept is gone', async () => {
    stage.configure({
      ...runtime({ GREETING: 'two', NEW: 'here' }),
      ...health({ path: '/stuck' }),
    });
    const run = await stage.deploy('v2.0.0');
    // Of v1: those that runs before this one have made in vain are kept under another name.
    const kept = `--filter name=-runsheet-${former.digest.slice(7, 19)}-`;
    for (const server of stage.servers) {
      await until(`v2 runs on ${server.name} beside the container of v1`, async () => {
        const found = await server.shell(`docker ps -aq ${kept}; docker ps -q`);
        return found.trim().split('\n').length === 2;
      });
      await server.shell(`docker rm $(docker ps -aq ${kept})`);
    }
    const { failure } = await run.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    await expectV1();
  });

  it('MANIFEST_CHANGED: what a server has changed is refused before anything is built', async () => {
    stage.configure();
    const changed = stage.server(1);
    await changed.shell(
      `for f in /var/lib/runsheet/services/*/manifests/*.json; do sed -i 's/"one"/"two"/' "$f"; done`,
    );
    const { failure } = await (await stage.deploy('v2.0.0')).end();
    expect(failure?.type).toBe('RUN_FAILED');
    expect(failure?.message).toMatch(/内容与签名不符|is not as it was signed/u);
    expect(failure?.message).toContain(changed.name);
    await expectOnly(stage, former);
  });
});
