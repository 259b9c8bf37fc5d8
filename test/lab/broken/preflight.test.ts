/**
 * What is wrong with a server, the balancer or the registry before a run begins: one clear failure that
 * names it and the next thing to do, before anything is built, and nothing changed anywhere.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../support/deployed.ts';
import { goodServer } from '../support/project.ts';
import type { LabServer } from '../support/server.ts';
import { run as runProgram } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';
import { digestOfTag } from '../verifier/registry.ts';

/** Names of one and the same server, each with something wrong in how it is reached. */
const ALIASES = [
  'wrong-user',
  'refused-key',
  'unknown-key',
  'changed-key',
  'jump-down',
  'asks-password',
  'switched-off',
  'stranger',
] as const;

/** Nothing has this address of the lab's network. */
const NOBODY = '10.78.0.250';

function aliases(steady: LabServer, other: LabServer): readonly { name: string }[] {
  const right = (name: (typeof ALIASES)[number]) => goodServer(other, name);
  const { host_keys: _keys, ...unverified } = right('unknown-key');
  return [
    { ...right('wrong-user'), user: 'nobody-here' },
    { ...right('refused-key'), identity_file: 'ssh/other' },
    { ...unverified, name: 'unknown-key' },
    { ...right('changed-key'), host_keys: [steady.hostKey] },
    { ...right('jump-down'), proxy_jump: `root@${NOBODY}` },
    { ...right('asks-password'), user: 'asker', sudo: true },
    { ...right('switched-off'), host: NOBODY },
    right('stranger'),
  ];
}

describe('preflight', () => {
  let stage: LabStage;
  let steady: LabServer;
  let other: LabServer;
  let digest = '';
  let runs = 0;

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'preflight',
      servers: 2,
      settings: { ssh: { connect_timeout: '4s' } },
      listed: ([first, second]) => {
        if (first === undefined || second === undefined) throw new Error('no servers');
        return [goodServer(first), goodServer(second), ...aliases(first, second)];
      },
      pool: ([first, second]) => {
        if (first === undefined || second === undefined) throw new Error('no servers');
        const known = ALIASES.filter((name) => name !== 'stranger');
        return [first, second, ...known.map((name) => ({ name, address: second.address }))];
      },
    });
    [steady, other] = [stage.server(0), stage.server(1)];
    await runProgram(['mkdir', '-p', join(stage.folder, 'ssh')]);
    await runProgram([
      'ssh-keygen',
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-f',
      join(stage.folder, 'ssh/other'),
    ]);
    const good = [steady.name, other.name];
    expect((await (await stage.deploy('v1.0.0', {}, { servers: good })).end()).failure).toBeNull();
    digest = await digestOf(stage, 'v1.0.0');
  });
  afterAll(() => stage?.close());

  /** A run of the good server and that one ends in step 1, says this, and has changed nothing. */
  async function expectRefused(
    server: string,
    said: readonly (string | RegExp)[],
    subject = server,
  ): Promise<void> {
    runs += 1;
    const version = `v2.${runs}.0`;
    await stage.release(version);
    const run = await stage.deploy(version, {}, { servers: [steady.name, server] });
    const { failure, status } = await run.end(60);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 1, type: 'PREFLIGHT_FAILED' });
    const message = status.failure?.message ?? '';
    expect(message).toContain(`${subject}: `);
    for (const text of said) expect(message).toMatch(text);
    expect(message, 'only what is wrong is told').not.toContain(`${steady.name}: `);
    expect(status.steps.map(({ state }) => state).slice(1, 9)).toEqual(
      Array(8).fill('not_reached'),
    );
    expect(
      await digestOfTag(stage.repository, `${version}-development`),
      'nothing built',
    ).toBeNull();
    await expectOnly(stage, { digest, version: 'v1.0.0', servers: [steady.name] });
  }

  const otherStillServes = (): Promise<unknown> =>
    expectOnly(stage, { digest, version: 'v1.0.0', servers: [other.name] });

  it.each([
    ['wrong-user', ['LOGIN_REFUSED', 'nobody-here@', /请检查用户名/]],
    ['refused-key', ['LOGIN_REFUSED', 'root@', /authorized_keys/]],
    ['unknown-key', ['HOST_KEY_UNKNOWN', 'SHA256:', 'runsheet hosts trust unknown-key']],
    ['changed-key', ['HOST_KEY_CHANGED', 'SHA256:', 'runsheet hosts trust changed-key --replace']],
    ['jump-down', ['跳板机', NOBODY, /没有应答|不可用/]],
    ['asks-password', ['SUDO_NEEDS_PASSWORD', 'asker', /NOPASSWD/]],
    ['switched-off', [/没有应答|不可用/, '请检查它是否开着']],
    ['stranger', [/负载均衡池 .* 中没有 stranger/, '请在负载均衡配置中加入它']],
  ])('%s', async (server, said) => {
    await expectRefused(server, said);
    await otherStillServes();
  });

  it('a disk that is full', async () => {
    await other.shell(
      'fallocate -l $(($(df -B1 --output=avail /var/lib/docker | tail -1) - 20971520)) /var/lib/docker/ballast',
    );
    try {
      await expectRefused(other.name, [/可用 \d+ MiB，需要 64 MiB/, '请清理磁盘']);
    } finally {
      await other.shell('rm /var/lib/docker/ballast');
    }
    await otherStillServes();
  });

  it('a clock that is off', async () => {
    const wrong = '#!/bin/sh\nexec /bin/date -d "+90 seconds" "$@"\n';
    await other.shell(
      `printf '${wrong.replaceAll('\n', '\\n')}' > /usr/local/bin/date; chmod 755 /usr/local/bin/date`,
    );
    try {
      await expectRefused(other.name, [/时钟偏差 (?:89|9\d)\.\ds，最多 5s/, 'NTP']);
    } finally {
      await other.shell('rm /usr/local/bin/date');
    }
    await otherStillServes();
  });

  it("the balancer's socket is gone", async () => {
    await stage.haproxy.stop();
    try {
      await expectRefusedByBalancer();
    } finally {
      await stage.haproxy.start();
    }
    await otherStillServes();
  });

  async function expectRefusedByBalancer(): Promise<void> {
    const run = await stage.deploy('v2.0.0');
    const { failure, status } = await run.end(60);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 1, type: 'PREFLIGHT_FAILED' });
    expect(status.failure?.message).toContain('balancer: ');
    expect(status.failure?.message).toContain(stage.haproxy.socket);
  }

  it('a port that another program holds', async () => {
    await other.shell('docker rm -f $(docker ps -aq) >/dev/null');
    const listen = `use Socket; socket S,PF_INET,SOCK_STREAM,0; setsockopt S,SOL_SOCKET,SO_REUSEADDR,1; bind S,sockaddr_in(8080,INADDR_ANY) or die; listen S,5; sleep`;
    await other.background('squatter', `perl -e '${listen}'`);
    await expectRefused(other.name, [/端口 8080 被其他程序占用/, '请停止该程序']);
    await other.shell("pkill -f '^lab-squatter'");
  });

  it('no engine', async () => {
    // Its listener goes first: a stream that is kept open would still reach what is ending.
    await other.shell(
      'touch /etc/lab-no-engine; pid=$(cat /run/docker.pid); kill $pid; timeout 30 tail --pid=$pid -f /dev/null',
    );
    await expectRefused(other.name, ['DOCKER_STOPPED', /systemctl start docker/]);
    await other.shell('mv /usr/sbin/dockerd /usr/sbin/dockerd.away; rm -f /run/docker.sock');
    try {
      await expectRefused(other.name, ['NO_DOCKER', '安装 Docker']);
    } finally {
      await other.shell('mv /usr/sbin/dockerd.away /usr/sbin/dockerd; rm /etc/lab-no-engine');
      await other.untilEngineAnswers();
    }
    const { servers } = await labState(stage);
    expect(servers[other.name]?.running).toEqual([]);
  });
});
