/**
 * Releases and registries that are broken, on servers that are well: one clear failure each, and every
 * server as it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployed, deployed, digestOf } from '../support/deployed.ts';
import { RegistryFront } from '../support/registry-front.ts';
import type { LabServer } from '../support/server.ts';
import { until } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';

const MIB = 1024 * 1024;

describe('a broken release', () => {
  let stage: LabStage;
  let front: RegistryFront;
  let second: LabServer;
  let former: Deployed;

  beforeAll(async () => {
    front = await RegistryFront.start();
    stage = await startLabStage({
      name: 'release',
      servers: 2,
      pullFrom: front.address,
      releases: {
        'v3.1.0': { behaviour: 'exits' },
        'v3.2.0': { behaviour: 'never-healthy' },
        'v3.3.0': { behaviour: 'health-404' },
        'v3.4.0': { behaviour: 'hangs 10' },
        'v4.1.0': {},
        'v4.2.0': { ballastBytes: MIB },
        'v4.3.0': { ballastBytes: 3 * MIB },
        'v4.4.0': { ballastBytes: 3 * MIB },
        'v4.5.0': { ballastBytes: 64 * MIB },
      },
    });
    second = stage.server(1);
    former = await deployed(stage, 'v1.0.0');
  });
  afterAll(async () => {
    await stage?.close();
    await front?.close();
  });

  it.each([
    ['exits at once', 'v3.1.0', 7, ['the tariffs are missing']],
    ['is never healthy', 'v3.2.0', 7, ['503']],
    ['has no health endpoint', 'v3.3.0', 7, ['404']],
    ['answers 200, then hangs under load', 'v3.4.0', 8, []],
  ])('%s', async (_what, version, step, said) => {
    const { failure, status } = await (await stage.deploy(version)).end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure?.step).toBe(step);
    const message = status.failure?.message ?? '';
    expect(
      stage.servers.some(({ name }) => message.includes(name)),
      message,
    ).toBe(true);
    for (const text of said) expect(message).toContain(text);
    await expectOnly(stage, former);
  });

  /** The service goes on as it was: a release that cannot be fetched stops nothing. */
  async function expectNotFetched(
    version: string,
    said: readonly (string | RegExp)[],
  ): Promise<void> {
    const { failure, status } = await (await stage.deploy(version)).end();
    expect(failure?.type).toBe('RUN_FAILED');
    const message = status.failure?.message ?? '';
    expect(
      stage.servers.some(({ name }) => message.includes(name)),
      message,
    ).toBe(true);
    for (const text of said) expect(message).toMatch(text);
    expect(status.steps.find(({ number }) => number === 6)?.state).not.toBe('succeeded');
    expect(status.withoutServiceMs).toBe(0);
    await expectOnly(stage, former);
  }

  it('is missing in the registry', async () => {
    front.faults = { missing: true };
    await expectNotFetched('v4.1.0', ['IMAGE_MISSING', '请重新构建并推送']);
  });

  it('has another digest than the one that was built', async () => {
    front.faults = { corrupt: true };
    await expectNotFetched('v4.2.0', ['DIGEST_MISMATCH']);
  });

  it('finds the disk full while it is fetched', async () => {
    front.faults = {};
    await second.shell(
      'fallocate -l $(($(df -B1 --output=avail /var/lib/docker | tail -1) - 83886080)) /var/lib/docker/ballast',
    );
    try {
      await expectNotFetched('v4.5.0', ['DISK_FULL', second.name, '腾出空间']);
    } finally {
      await second.shell('rm /var/lib/docker/ballast');
    }
  });

  /** Something happens to the second server while it fetches; the run goes on to its end all the same. */
  async function expectDeployed(version: string, happens: () => Promise<unknown>): Promise<void> {
    front.faults = { bytesPerSecond: MIB };
    const begun = front.layersBegun;
    const run = await stage.deploy(version);
    await until('the layers are on their way', () => front.layersBegun >= begun + 4);
    await happens();
    front.faults = {};
    expect((await run.end()).failure).toBeNull();
    former = { digest: await digestOf(stage, version), version };
    await expectOnly(stage, former);
  }

  it('goes on after the connection was reset in the middle of a pull', () =>
    expectDeployed('v4.3.0', () =>
      second.shell(`
        iptables -N lab-cut; iptables -A lab-cut -p tcp --dport 22 -j REJECT --reject-with tcp-reset
        iptables -I INPUT -j lab-cut; sleep 1.5
        iptables -D INPUT -j lab-cut; iptables -F lab-cut; iptables -X lab-cut`),
    ));

  it('goes on after the engine was restarted during a pull', () =>
    expectDeployed('v4.4.0', async () => {
      await second.shell('kill -9 $(cat /run/docker.pid); rm -f /run/docker.pid');
      await second.untilEngineAnswers();
    }));
});
