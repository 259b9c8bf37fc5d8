import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, endpointOf } from '../../../src/adapters/ssh/endpoint.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';

let home: string;
let ignored: string[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'runsheet-home-'));
  await mkdir(join(home, '.ssh', 'more'), { recursive: true });
  ignored = [];
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function endpoint(
  config: string | Readonly<Record<string, string>>,
  changes: Partial<ServerConnection> = {},
): Promise<Endpoint> {
  const files = typeof config === 'string' ? { config } : config;
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(home, '.ssh', name), text);
  }
  const server: ServerConnection = {
    name: 'web-1',
    environment: 'production',
    host: 'web-1',
    hostKeys: [],
    servicePort: 8080,
    baseFolder: '/srv',
    ...changes,
  };
  return endpointOf(server, {
    files: { configFile: null, knownHostsFiles: ['/project/known_hosts'] },
    user: {
      name: 'me',
      home,
      agentSocket: '/run/agent',
      environment: { KEYS: '/keys', OTHER: '/run/other' },
    },
    connectTimeoutMs: 10_000,
    onIgnored: ({ en }) => ignored.push(en),
  });
}

describe('without a configuration', () => {
  it('is who the worker is, with the usual keys and files', async () => {
    expect(await endpoint({})).toMatchObject({
      label: { zh: 'web-1', en: 'web-1' },
      host: 'web-1',
      port: 22,
      user: 'me',
      place: 'web-1',
      connectTimeoutMs: 10_000,
      via: null,
      identities: {
        files: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name)),
        named: false,
        only: false,
        agentSocket: '/run/agent',
        passphrase: null,
      },
    });
  });

  it('reads the project’s known hosts, then the user’s, then the machine’s', async () => {
    expect((await endpoint({})).knownHostsFiles).toEqual([
      '/project/known_hosts',
      join(home, '.ssh/known_hosts'),
      join(home, '.ssh/known_hosts2'),
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]);
  });
});

describe('the configuration', () => {
  it('gives what OpenSSH makes of it: the first value, keys add up', async () => {
    const found = await endpoint(
      [
        'ConnectTimeout 7',
        'Host other web-*',
        '  HostName %h.example.com',
        '  Port=2222',
        '  User deploy # who',
        '  IdentityFile ~/.ssh/%r@%h',
        'Host *',
        '  User nobody',
        '  Port 22',
        '  IdentityFile "${KEYS}/all keys"',
        '  IdentitiesOnly yes',
        '  IdentityAgent $OTHER',
        '  UserKnownHostsFile ~/known_%n none',
        '  GlobalKnownHostsFile none',
        '  HostKeyAlias alias',
      ].join('\n'),
    );
    expect(found).toMatchObject({
      host: 'web-1.example.com',
      port: 2222,
      user: 'deploy',
      place: 'alias',
      connectTimeoutMs: 7_000,
      knownHostsFiles: ['/project/known_hosts', join(home, 'known_web-1')],
    });
    expect(found.identities).toMatchObject({
      files: [join(home, '.ssh/deploy@web-1.example.com'), '/keys/all keys'],
      named: false,
      only: true,
      agentSocket: '/run/other',
    });
  });

  it('gives way to what runsheet.yaml says', async () => {
    const found = await endpoint(
      'Host web-1\n HostName 10.0.0.9\n User a\n Port 1\n IdentityFile /a\n ProxyJump b\n ConnectTimeout 3',
      {
        user: 'deploy',
        port: 2222,
        identityFiles: ['/key'],
        passphrase: 'secret://file/key',
        proxyJump: ['none'],
        hostKeys: ['ssh-ed25519 AAAA'],
        connectTimeoutMs: 500,
      },
    );
    expect(found).toMatchObject({
      host: '10.0.0.9',
      user: 'deploy',
      port: 2222,
      via: null,
      hostKeys: ['ssh-ed25519 AAAA'],
      connectTimeoutMs: 500,
      identities: {
        files: ['/key'],
        named: true,
        only: true,
        passphrase: 'secret://file/key',
      },
    });
  });

  it('includes files, also by a pattern and inside a section, and goes on after them', async () => {
    const found = await endpoint({
      config: 'Include more/*.conf\nHost web-1\n Include in-section\n Port 2222\n',
      'more/a.conf': 'Host web-1\n User first\n',
      'more/b.conf': 'Host web-1\n User second\n',
      'more/.hidden.conf': 'User hidden\n',
      'in-section': 'Host else\n Port 1\nHost *\n ConnectTimeout 2\n',
    });
    expect(found).toMatchObject({ user: 'first', port: 2222, connectTimeoutMs: 2_000 });
  });

  it('decides Match by host and user, and runs nothing', async () => {
    const found = await endpoint(
      [
        'Host web-1',
        '  HostName real.example.com',
        'Match host real.example.com originalhost web-*',
        '  User matched',
        'Match user matched !host other',
        '  Port 2022',
        'Match all',
        '  ConnectTimeout 9',
        `Match exec "touch ${join(home, 'touched')}"`,
        '  IdentityFile /never',
        'Match final',
        '  IdentityFile /never',
        'Host *',
        '  KnownHostsCommand /bin/true',
      ].join('\n'),
    );
    expect(found).toMatchObject({ user: 'matched', port: 2022, connectTimeoutMs: 9_000 });
    expect(found.identities.files).not.toContain('/never');
    expect(ignored.map((text) => text.split(' in ')[0])).toEqual([
      'Match exec',
      'KnownHostsCommand',
    ]);
  });

  it.each([
    ['Host web-1\n ProxyCommand nc %h %p', 'refused', 'PROXY_COMMAND'],
    ['Port none', 'invalid', 'BAD_SSH_CONFIG'],
    ['Host "web-1', 'invalid', 'BAD_SSH_CONFIG'],
    ['Include config', 'invalid', 'BAD_SSH_CONFIG'],
    ['HostName -oProxyCommand=id', 'refused', 'BAD_HOST_NAME'],
    ['ProxyJump -oProxyCommand=id', 'refused', 'BAD_HOST_NAME'],
    ['ProxyJump a:b:c', 'invalid', 'BAD_JUMP_HOST'],
  ])('%j is %s: %s', async (config, kind, code) => {
    await expect(endpoint(config)).rejects.toMatchObject({
      name: 'PortError',
      kind,
      message: expect.stringMatching(new RegExp(`^${code}: `, 'u')),
    });
  });
});

describe('jump hosts', () => {
  it('come from the configuration, each with its own settings', async () => {
    const found = await endpoint(
      [
        'Host web-1',
        '  ProxyJump ops@outer:2200,inner',
        'Host inner',
        '  HostName 10.0.0.2',
        '  User hop',
        '  ProxyJump ignored',
        'Host *',
        '  IdentityFile /keys/all',
      ].join('\n'),
      { identityFiles: ['/project/key'], passphrase: 'secret://file/key' },
    );
    expect(found.via).toMatchObject({
      jumpName: 'inner',
      label: { zh: '跳板机 inner', en: 'jump host inner' },
      host: '10.0.0.2',
      user: 'hop',
      place: '10.0.0.2',
      server: 'web-1',
      hostKeys: [],
      identities: { files: ['/project/key', '/keys/all'], named: false, only: false },
    });
    expect(found.via?.via).toMatchObject({ host: 'outer', port: 2200, user: 'ops', via: null });
  });

  it('are reached directly where a pattern is about them as well; a ring ends', async () => {
    const found = await endpoint('Host *\n ProxyJump bastion');
    expect(found.via).toMatchObject({ host: 'bastion', via: null });
    const ring = 'Host web-1\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a';
    await expect(endpoint(ring)).rejects.toMatchObject({
      message: expect.stringMatching(/^BAD_JUMP_HOST: /u),
    });
  });

  it('take addresses of every kind', async () => {
    const found = await endpoint('', { proxyJump: ['me@[fe80::1]:2222'] });
    expect(found.via).toMatchObject({ host: 'fe80::1', port: 2222, place: '[fe80::1]:2222' });
  });
});
