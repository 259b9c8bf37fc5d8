/** By which names OpenSSH looks up a server's key, and so do we. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointOf } from '../../../src/adapters/ssh/endpoint.ts';
import { judgeHostKey } from '../../../src/adapters/ssh/host-key.ts';
import { keysKnownFor } from '../../../src/adapters/ssh/login.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { openKey } from '../../../src/embedded/ssh/keys.ts';
import type { HostKeyState } from '../../../src/ports/server-host.ts';
import { startTestServer } from './embedded-servers.ts';

let folder: string;
let own: string;
let other: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-known-'));
  own = (await openKey(folder, 'own')).publicKey;
  other = (await openKey(folder, 'other')).publicKey;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ALIAS = 'Host web-1\n HostName 10.0.0.5\n Port 2201\n HostKeyAlias web-1.example.com';
const PORT = 'Host web-1\n Port 2201';

/** `OWN` is the key that the server shows, `OTHER` one that it does not have. */
async function lookUp(
  config: string,
  lines: string,
): Promise<{ readonly place: string; readonly state: HostKeyState }> {
  const configFile = join(folder, 'config');
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(configFile, `${config}\nHost *\n GlobalKnownHostsFile none\n`);
  await writeFile(knownHosts, lines.replaceAll('OWN', own).replaceAll('OTHER', other));
  const endpoint = endpointOf(
    {
      name: 'web-1',
      environment: 'production',
      host: 'web-1',
      hostKeys: [],
      servicePort: 8080,
      baseFolder: '/srv',
    },
    {
      files: { configFile, knownHostsFiles: [knownHosts] },
      user: { name: 'me', home: folder, agentSocket: null, environment: {} },
      connectTimeoutMs: 1_000,
      onIgnored: () => undefined,
    },
  );
  const shown = Buffer.from(own.split(' ')[1] ?? '', 'base64');
  const { via, place } = endpoint;
  const asked = via ?? endpoint;
  return {
    place: via?.place ?? place,
    state: judgeHostKey(shown, await keysKnownFor(asked)),
  };
}

function hashed(place: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  const digest = createHmac('sha1', salt).update(place).digest('base64');
  return `|1|${salt.toString('base64')}|${digest}`;
}

describe('B1 HostKeyAlias with Port', () => {
  const place = 'web-1.example.com';

  it.each([
    ['the alias alone', ALIAS, 'web-1.example.com OWN'],
    ['the alias, hashed', ALIAS, `${hashed(place)} OWN`],
    ['an alias in capitals', ALIAS.replace('web-1.e', 'WEB-1.E'), 'web-1.example.com OWN'],
    [
      'the alias of a jump host',
      'Host bastion\n Port 2201\n HostKeyAlias web-1.example.com\nHost web-1\n ProxyJump bastion',
      'web-1.example.com OWN',
    ],
  ])('is looked up by %s', async (_name, config, lines) => {
    expect(await lookUp(config, lines)).toEqual({ place, state: 'trusted' });
  });

  it.each([
    ['[web-1.example.com]:2201 OWN', 'unknown'],
    ['10.0.0.5 OWN', 'unknown'],
    ['web-1.example.com OTHER', 'changed'],
  ] as const)('is no other name: %s is %s', async (lines, state) => {
    expect(await lookUp(ALIAS, lines)).toEqual({ place, state });
  });
});

describe('B1 a line without a port, for a server on another port', () => {
  it.each([
    ['web-1 OWN', 'trusted'],
    [`${hashed('web-1')} OWN`, 'trusted'],
    ['web-* OWN', 'trusted'],
    ['web-1 OTHER\nweb-1 OWN', 'trusted'],
    ['[web-1]:2201 OWN\nweb-1 OTHER', 'trusted'],
    ['web-1 OTHER', 'unknown'],
    ['[web-1]:2222 OWN', 'unknown'],
    ['[web-1]:2201 OTHER\nweb-1 OWN', 'changed'],
    ['web-1 OWN\n@revoked web-1 OWN', 'revoked'],
    ['[web-1]:2201 OWN\n@revoked web-1 OWN', 'revoked'],
  ] as const)('%j makes its key %s', async (lines, state) => {
    expect(await lookUp(PORT, lines)).toEqual({ place: '[web-1]:2201', state });
  });

  it('says nothing of a server on port 22 whose line has one', async () => {
    const found = await lookUp('Host web-1\n Port 22', '[web-1]:2201 OWN');
    expect(found).toEqual({ place: 'web-1', state: 'unknown' });
  });

  it('logs in', async () => {
    const test = await startTestServer();
    const knownHosts = join(folder, 'known_hosts');
    await writeFile(knownHosts, `127.0.0.1 ${test.server.hostKeys[0] ?? ''}\n`);
    const hosts = createSshHosts([{ ...test.server, hostKeys: [] }], {
      files: { configFile: '/dev/null', knownHostsFiles: [knownHosts] },
    });
    try {
      expect((await hosts.get('s1').exec(['echo', 'in'])).stdout).toBe('in\n');
    } finally {
      await hosts.close();
      await test.close();
    }
  });
});
