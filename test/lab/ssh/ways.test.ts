/** How a login finds its way: the SSH configuration, jump hosts, agent, passphrases, known_hosts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedactedSecret } from '../../../src/adapters/secrets/redacted-secret.ts';
import type { SshUser } from '../../../src/adapters/ssh/expand-path.ts';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import type { SecretStore } from '../../../src/ports/secret-store.ts';
import type { ServerHosts } from '../../../src/ports/server-host.ts';
import { IDENTITY_FILE } from '../support/machine.ts';
import type { LabServer } from '../support/server.ts';
import { run } from '../support/shell.ts';
import { connectionOf, openSshLab, type SshLab, startSshd, untilRuns } from './servers.ts';

let lab: SshLab;
let server: LabServer;
let bastion: LabServer;
const opened: ServerHosts[] = [];

beforeAll(async () => {
  lab = await openSshLab(2);
  const [first, second] = lab.servers;
  if (first === undefined || second === undefined) throw new Error('no servers');
  [server, bastion] = [first, second];
});
afterAll(async () => {
  await server?.shell('cat /root/.ssh/authorized_keys > /home/deploy/.ssh/authorized_keys');
  await Promise.all(opened.map((hosts) => hosts.close()));
  await lab?.close();
});

interface Way {
  readonly config?: string;
  readonly known?: string;
  readonly user?: Partial<SshUser>;
  readonly secrets?: SecretStore;
  readonly connection?: Partial<ServerConnection>;
}

let files = 0;

/** `web`: a server of which runsheet.yaml gives nothing but its name. */
async function web({ config = '', known, user, secrets, connection }: Way): Promise<ServerHosts> {
  files += 1;
  const configFile = await lab.file(`config-${files}`, config);
  const lines = known ?? `${server.address} ${server.hostKey}\n`;
  const knownHostsFile = await lab.file(`known-${files}`, lines);
  const hosts = createSshHosts(
    [
      {
        name: 'web',
        environment: 'production',
        host: 'web',
        hostKeys: [],
        servicePort: 8080,
        baseFolder: '/srv/runsheet',
        ...connection,
      },
    ],
    {
      files: { configFile, knownHostsFiles: [knownHostsFile] },
      user: { name: 'me', home: lab.folder, agentSocket: null, environment: {}, ...user },
      ...(secrets !== undefined && { secrets }),
    },
  );
  opened.push(hosts);
  return hosts;
}

const whoami = async (hosts: ServerHosts): Promise<string> => {
  const { stdout } = await hosts.get('web').exec(['sh', '-c', 'echo $(id -un)@$(hostname)']);
  return stdout.trim();
};

function section(host: string, ...lines: readonly string[]): string {
  return `Host ${host}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

describe('the SSH configuration', () => {
  it('knows a bare name: address, user, keys, port, and where the service is reached', async () => {
    const hosts = await web({
      config: section(
        'web',
        `HostName ${server.address}`,
        'User deploy',
        'IdentityFile ~/none',
        `IdentityFile "${IDENTITY_FILE}"`,
        'IdentitiesOnly yes',
      ),
    });
    expect(await whoami(hosts)).toBe(`deploy@${server.name}`);
    expect(hosts.get('web').address).toBe(server.address);
  });

  it('runs no program: not for Match exec, and a ProxyCommand is refused', async () => {
    const touched = `${lab.folder}/touched`;
    const login = [`HostName ${server.address}`, 'User deploy', `IdentityFile ${IDENTITY_FILE}`];
    const matched = `Match exec "touch ${touched}"\n  User root\n`;
    expect(await whoami(await web({ config: matched + section('web', ...login) }))).toMatch(
      /^deploy@/u,
    );
    const command = [...login, `ProxyCommand touch ${touched}`];
    await expect(whoami(await web({ config: section('web', ...command) }))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^PROXY_COMMAND: /u),
    });
    await expect(run(['ls', touched])).rejects.toThrow();
  });
});

describe('jump hosts', () => {
  const login = (): string =>
    section('*', 'User root', `IdentityFile ${IDENTITY_FILE}`, 'IdentitiesOnly yes');
  const target = (): string => section('web', `HostName ${server.address}`, 'ProxyJump bastion');
  const hop = (): string => section('bastion', `HostName ${bastion.address}`, 'User deploy');
  const bothKnown = (): string =>
    `${server.address} ${server.hostKey}\n${bastion.address} ${bastion.hostKey}\n`;

  it('are logged in to as the configuration says, one after the other', async () => {
    const hosts = await web({ config: target() + hop() + login(), known: bothKnown() });
    expect(await whoami(hosts)).toBe(`root@${server.name}`);
    const stop = await startSshd(bastion, 2222, []);
    try {
      const two = await web({
        config: section('web', `HostName ${server.address}`) + hop() + login(),
        connection: { proxyJump: ['bastion', `deploy@${bastion.address}:2222`] },
        known: `${bothKnown()}[${bastion.address}]:2222 ${bastion.hostKey}\n`,
      });
      expect(await whoami(two)).toBe(`root@${server.name}`);
      const from = await two.get('web').exec(['sh', '-c', 'echo $SSH_CONNECTION']);
      expect(from.stdout.split(' ')[0]).toBe(bastion.address);
    } finally {
      await stop();
    }
  });

  it('carry every server behind them, whatever the bound for one server is', async () => {
    const users = ['root', 'deploy', 'asker'];
    const at = { ...connectionOf(server), proxyJump: [`deploy@${bastion.address}`] };
    const known = await lab.file('both', bothKnown());
    const hosts = createSshHosts(
      users.map((user) => ({ ...at, name: user, user })),
      { files: { configFile: '/dev/null', knownHostsFiles: [known] }, limits: { sockets: 1 } },
    );
    opened.push(hosts);
    const said = await Promise.all(
      users.map((user) => hosts.get(user).exec(['sh', '-c', 'sleep 0.3; id -un'])),
    );
    expect(said.map(({ stdout }) => stdout.trim())).toEqual(users);
  });

  it('have their host keys checked and shown first; a broken one breaks what goes through it', async () => {
    const config = target() + hop() + login();
    const unknown = await web({ config });
    await expect(whoami(unknown)).rejects.toMatchObject({
      kind: 'refused',
      subject: 'web',
      message: expect.stringMatching(/^HOST_KEY_UNKNOWN: .*jump host bastion/u),
    });
    expect(await unknown.showHostKey('web')).toMatchObject({
      server: 'web',
      jump: 'bastion',
      place: bastion.address,
      key: bastion.hostKey,
      state: 'unknown',
    });
    const hosts = await web({ config, known: bothKnown() });
    expect(await hosts.showHostKey('web')).toMatchObject({ jump: null, state: 'trusted' });
    const running = hosts.get('web').exec(['sleep', '9101']);
    const outcome = expect(running).rejects.toMatchObject({ kind: 'unavailable', subject: 'web' });
    await untilRuns(server, '^sleep 9101');
    await bastion.shell("pkill -9 -f '^sshd: deploy' || :");
    await outcome;
    expect(await whoami(hosts)).toBe(`root@${server.name}`);
  });
});

describe('keys', () => {
  const config = (): string => section('web', `HostName ${server.address}`, 'User deploy');

  it('with a passphrase by secret reference', async () => {
    const key = `${lab.folder}/locked`;
    await run(['cp', IDENTITY_FILE, key]);
    await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'long words', '-f', key]);
    const asked: string[] = [];
    const secrets: SecretStore = {
      async resolve(reference) {
        asked.push(reference);
        return new RedactedSecret('long words');
      },
    };
    const connection = { identityFiles: [key], passphrase: 'secret://file/key' };
    expect(await whoami(await web({ config: config(), secrets, connection }))).toMatch(/^deploy@/u);
    expect(asked).toEqual(['secret://file/key']);
  });

  it('of an agent, also among many, and a locked file whose key the agent has', async () => {
    const socket = `${lab.folder}/agent.sock`;
    const pid = /SSH_AGENT_PID=(\d+)/u.exec(await run(['ssh-agent', '-a', socket]))?.[1] ?? '';
    try {
      const env = { SSH_AUTH_SOCK: socket };
      await run(['ssh-add', '-q', IDENTITY_FILE], { env });
      const user = { agentSocket: socket };
      expect(await whoami(await web({ config: config(), user }))).toMatch(/^deploy@/u);
      await run(['ssh-add', '-q', '-D'], { env });
      for (let index = 0; index < 8; index += 1) {
        const other = `${lab.folder}/many-${index}`;
        await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other]);
        await run(['ssh-add', '-q', other], { env });
      }
      await run(['ssh-add', '-q', IDENTITY_FILE], { env });
      const locked = `${lab.folder}/agent-locked`;
      await run(['cp', IDENTITY_FILE, locked]);
      await run(['cp', `${IDENTITY_FILE}.pub`, `${locked}.pub`]);
      await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'long words', '-f', locked]);
      const only = config() + section('*', `IdentityFile ${locked}`, 'IdentitiesOnly yes');
      expect(await whoami(await web({ config: only, user }))).toMatch(/^deploy@/u);
    } finally {
      await run(['kill', pid]);
    }
  });

  it.each(['rsa', 'ecdsa'])('of type %s', async (type) => {
    const key = `${lab.folder}/${type}`;
    await run(['ssh-keygen', '-q', '-t', type, '-N', '', '-f', key]);
    const own = await run(['cat', `${key}.pub`]);
    await server.shell(`echo '${own.trim()}' >> /home/deploy/.ssh/authorized_keys`);
    expect(
      await whoami(await web({ config: config(), connection: { identityFiles: [key] } })),
    ).toMatch(/^deploy@/u);
  });
});

describe('known_hosts', () => {
  const config = (): string =>
    section('web', `HostName ${server.address}`, 'User root', `IdentityFile ${IDENTITY_FILE}`);

  it('with hashed names, and ports', async () => {
    const file = await lab.file('hash', `${server.address} ${server.hostKey}\n`);
    await run(['ssh-keygen', '-q', '-H', '-f', file]);
    const known = await run(['cat', file]);
    expect(known).toMatch(/^\|1\|/u);
    expect(await whoami(await web({ config: config(), known }))).toMatch(/^root@/u);
  });

  it('that hold one of several keys of a server: this one is asked for', async () => {
    const keys = ['rsa', 'ecdsa', 'ed25519'].map((type) => `/tmp/host_${type}`);
    await server.shell(
      keys
        .map((file) => `rm -f ${file}*; ssh-keygen -q -t ${file.slice(10)} -N '' -f ${file}`)
        .join('\n'),
    );
    const stop = await startSshd(
      server,
      2223,
      keys.map((file) => `HostKey ${file}`),
      '/dev/null',
    );
    try {
      for (const file of keys) {
        const key = (await server.shell(`cut -d' ' -f1,2 ${file}.pub`)).trim();
        const known = `[${server.address}]:2223 ${key}\n`;
        const connection = { port: 2223 };
        expect(await whoami(await web({ config: config(), known, connection }))).toMatch(/^root@/u);
      }
    } finally {
      await stop();
    }
  });
});
