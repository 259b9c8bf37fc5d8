/** `hosts` and `hosts trust` as the built program: a worker that reaches real SSH servers, a folder that knows none. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostKeyActivities } from '../../src/activities/fleet/host-keys.ts';
import { guardAll } from '../../src/activities/guard.ts';
import { createSshHosts } from '../../src/adapters/ssh/ssh-hosts.ts';
import { type SshServers, startSshServers } from '../../src/embedded/ssh-server.ts';
import type { ServerHosts } from '../../src/ports/server-host.ts';
import { bundleInterpreter } from '../support/run-harness.ts';
import { createLocal } from '../support/temporal.ts';
import { atTerminal, runsheet } from './support/program.ts';

let env: TestWorkflowEnvironment;
let folder: string;
let ssh: SshServers;
let hosts: ServerHosts;
let worker: { readonly running: Promise<void>; readonly worker: Worker };
let ports: readonly number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-hosts-'));
  [env, ssh] = await Promise.all([createLocal(), startServers('keys', [0, 0])]);
  ports = ssh.servers.map(({ port }) => port);
  const [one, two] = ports;
  await writeFile(
    join(folder, 'runsheet.yaml'),
    [
      'service: s',
      'task_queue: runsheet',
      'environments:',
      '  production:',
      '    servers:',
      `      - {name: s1, host: 127.0.0.1, port: ${one}}`,
      `      - {name: s2, host: 127.0.0.1, port: ${two}}`,
      '      - {name: down, host: 127.0.0.1, port: 1}',
      `      - {name: pinned, host: 127.0.0.1, port: ${two}, host_keys: [ssh-ed25519 ${'A'.repeat(68)}]}`,
    ].join('\n'),
  );
  const at = { environment: 'production', servicePort: 80, baseFolder: '/srv', host: '127.0.0.1' };
  const files = { configFile: '/dev/null', knownHostsFiles: [join(folder, 'known_hosts')] };
  hosts = createSshHosts(
    [
      { ...at, name: 's1', port: one ?? 0, hostKeys: [] },
      { ...at, name: 's2', port: two ?? 0, hostKeys: [] },
      { ...at, name: 'down', port: 1, hostKeys: [] },
      { ...at, name: 'pinned', port: two ?? 0, hostKeys: [`ssh-ed25519 ${'A'.repeat(68)}`] },
    ],
    { files },
  );
  const created = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'runsheet',
    workflowBundle: await bundleInterpreter(),
    activities: guardAll(createHostKeyActivities({ hosts }), { redact: (text) => text }),
  });
  worker = { worker: created, running: created.run() };
}, 120_000);

afterAll(async () => {
  worker?.worker.shutdown();
  await worker?.running;
  await Promise.all([hosts?.close(), ssh?.close(), env?.teardown()]);
  await rm(folder, { recursive: true, force: true });
});

async function startServers(keys: string, wanted: readonly number[]): Promise<SshServers> {
  await mkdir(join(folder, keys), { recursive: true });
  return startSshServers({
    keysFolder: join(folder, keys),
    servers: wanted.map((port, index) => ({
      name: `s${index + 1}`,
      baseFolder: join(folder, `base-${index + 1}`),
      port,
    })),
  });
}

const typed = (...args: string[]) =>
  runsheet(['hosts', ...args, '--lang', 'en'], {
    cwd: folder,
    env: { TEMPORAL_ADDRESS: env.address, HOME: folder },
  });
const known = (): Promise<string> => readFile(join(folder, 'known_hosts'), 'utf8').catch(() => '');

function fingerprintOf(index: number): string {
  const blob = ssh.servers[index]?.hostKey.split(' ')[1] ?? '';
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/u, '')}`;
}

describe('the question of hosts trust', { timeout: 60_000 }, () => {
  it.each([
    ['Ctrl-C ends the command, and nothing is trusted', '\u0003', 130],
    ['no refuses this key, and goes on to the next one', 'n', 1],
  ])('%s', async (_what, keys, code) => {
    const ended = await atTerminal(
      ['hosts', 'trust', 's1', 'down', '--lang', 'en'],
      { to: 'Does it match', keys },
      { cwd: folder, env: { TEMPORAL_ADDRESS: env.address, HOME: folder } },
    );
    expect(ended.code, ended.stdout).toBe(code);
    expect(await known()).toBe('');
  });
});

describe('hosts', { timeout: 60_000 }, () => {
  it('lists what each server shows, in which state, and why one shows nothing', async () => {
    const ended = await typed();
    expect(ended.code).toBe(1);
    const lines = ended.stdout.trim().split('\n');
    expect(lines[0]).toMatch(
      /^\? s1 +unknown +\[127\.0\.0\.1\]:\d+ +ssh-ed25519 SHA256:\S{43} +→ runsheet hosts trust s1$/u,
    );
    expect(lines[2]).toMatch(/^✗ down +.*does not answer.*nothing listens there/u);
    expect(lines[3]).toMatch(/^! pinned +changed/u);
    const json = JSON.parse((await typed('s2', 'down', '--json')).stdout) as object[];
    expect(json).toEqual([
      expect.objectContaining({ server: 's2', state: 'unknown', jump: null }),
      { server: 'down', problem: expect.stringContaining('does not answer') },
    ]);
  });

  it('takes no key without a look: neither without a terminal, nor with another fingerprint', async () => {
    const silent = await typed('trust', 's1');
    expect(silent.code).toBe(1);
    expect(silent.stdout).toMatch(
      /no terminal to ask for confirmation.*\nnext: .*type: runsheet hosts trust s1 --fingerprint SHA256:\S{43}\n$/u,
    );
    const other = await typed('trust', 's1', '--fingerprint', `SHA256:${'x'.repeat(43)}`);
    expect(other).toMatchObject({ code: 1 });
    expect(other.stdout).toContain('which matches no --fingerprint');
    for (const args of [
      ['trust', 's1', '--yes'],
      ['trust', 's1', '--fingerprint', 'MD5:aa'],
      ['trust', 'nobody'],
    ]) {
      expect((await typed(...args)).code).toBe(2);
    }
    expect(await known()).toBe('');
  });

  it('writes down the key whose fingerprint is given, once, and the worker sees it', async () => {
    const fingerprint = fingerprintOf(0);
    const ended = await typed('trust', 's1', '--fingerprint', fingerprint);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain(`✓ s1: [127.0.0.1]:${ports[0]}`);
    const [own] = ssh.servers;
    expect(await known()).toMatch(
      new RegExp(
        `^\\[127\\.0\\.0\\.1\\]:\\d+ ${own?.hostKey.replaceAll('+', '\\+')} trusted \\d{4}-\\d\\d-\\d\\d by \\S+\\n$`,
        'u',
      ),
    );
    expect((await typed('trust', 's1')).code).toBe(0);
    expect((await known()).trim().split('\n')).toHaveLength(1);
  });

  it('gives nothing for a server whose keys runsheet.yaml has', async () => {
    const fingerprint = fingerprintOf(1);
    const ended = await typed('trust', 'pinned', '--fingerprint', fingerprint, '--replace');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('the keys of pinned are pinned by host_keys in runsheet.yaml');
  });

  it('replaces a changed key only where that is asked for', async () => {
    await ssh.close();
    ssh = await startServers('other-keys', ports);
    const fingerprint = fingerprintOf(0);
    const refused = await typed('trust', 's1', '--fingerprint', fingerprint);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/HOST_KEY_CHANGED: .*\nnext: find out why.*--replace/u);
    const replaced = await typed(
      'trust',
      's1',
      '--fingerprint',
      fingerprint,
      '--replace',
      '--json',
    );
    expect(replaced.code).toBe(0);
    expect(JSON.parse(replaced.stdout)).toMatchObject([{ server: 's1', state: 'trusted' }]);
    const lines = (await known()).trim().split('\n');
    expect(lines).toEqual([expect.stringContaining(ssh.servers[0]?.hostKey ?? 'none')]);
  });

  it('speaks either language', async () => {
    const help = await runsheet(['hosts', 'trust', '--help', '--lang', 'zh'], { cwd: folder });
    expect(help).toMatchObject({ code: 0 });
    expect(help.stdout).toContain('用法： runsheet hosts trust');
    expect(help.stdout).toContain('示例：');
    expect(help.stdout).not.toContain(' · ');
    const wrong = await runsheet(['hosts', 'trust', '--wrong', '--lang', 'en'], { cwd: folder });
    expect(wrong.stderr).toContain('next: runsheet hosts trust --help');
  });
});
