/** Each thing that goes wrong on the way to a real sshd is one error that names the server and what to do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshHostsOptions } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerConnection } from '../../../src/ports/connections.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';
import { IDENTITY_FILE } from '../support/machine.ts';
import type { LabServer } from '../support/server.ts';
import { run, until } from '../support/shell.ts';
import {
  openSshLab,
  processesLike,
  type SshLab,
  startSshd,
  untilGone,
  untilRuns,
} from './servers.ts';

const OWN_SSHD = 2210;
const DOCKER = '/run/docker.sock';

let lab: SshLab;
let server: LabServer;

beforeAll(async () => {
  lab = await openSshLab(1);
  const [first] = lab.servers;
  if (first === undefined) throw new Error('no server');
  server = first;
});
afterAll(() => lab?.close());

function hostWith(changes: Partial<ServerConnection>, options: SshHostsOptions = {}): ServerHost {
  return lab.hosts(changes, options).get(server.name);
}

/** The error, with message and remedy as a person reads them. */
async function failureOf(work: Promise<unknown>): Promise<{ kind: string; text: string }> {
  const error: unknown = await work.then(
    () => null,
    (failed: unknown) => failed,
  );
  if (!(error instanceof PortError)) throw new Error(`no PortError: ${String(error)}`);
  expect(error.subject).toBe(server.name);
  return { kind: error.kind, text: `${error.message} ${error.remedy}` };
}

describe('a login that is refused', () => {
  it('for a user that is not there', async () => {
    const { kind, text } = await failureOf(hostWith({ user: 'nobody-here' }).exec(['true']));
    expect(kind).toBe('refused');
    expect(text).toContain(`LOGIN_REFUSED: ${server.name}`);
    expect(text).toContain(`nobody-here@${server.address}:22`);
    expect(text).toContain(IDENTITY_FILE);
  });

  it('for a key that the server does not know, and one with a passphrase', async () => {
    const other = `${lab.folder}/other`;
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const refused = await failureOf(hostWith({ identityFiles: [other] }).exec(['true']));
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining(other) });
    await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', 'long words', '-f', other]);
    const locked = await failureOf(hostWith({ identityFiles: [other] }).exec(['true']));
    expect(locked.kind).toBe('refused');
    expect(locked.text).toMatch(/KEY_UNUSABLE.*passphrase: secret:\/\//u);
    const missing = await failureOf(hostWith({ identityFiles: ['/none'] }).exec(['true']));
    expect(missing.text).toMatch(/KEY_UNUSABLE.*does not exist/u);
  });

  it('where no key is found at all', async () => {
    const { kind, text } = await failureOf(hostWith({ identityFiles: [] }).exec(['true']));
    expect(kind).toBe('refused');
    expect(text).toContain('there is no key to offer');
  });
});

describe('a host key that is not trusted', () => {
  const key = (): string => server.hostKey.split(' ')[1] ?? '';
  const withKnown = async (lines: string): Promise<ServerHost> => {
    const known = await lab.file('known', lines);
    const files = { configFile: '/dev/null', knownHostsFiles: [known] };
    return hostWith({ hostKeys: [] }, { files });
  };

  it('because nobody knows it, because it changed, was revoked, or only its authority is known', async () => {
    const other = (await run(['ssh-keygen', '-y', '-f', IDENTITY_FILE])).trim();
    const at = server.address;
    const cases = [
      ['', 'HOST_KEY_UNKNOWN', `runsheet hosts trust ${server.name}`],
      [`${at} ${other}`, 'HOST_KEY_CHANGED', '--replace'],
      [
        `@revoked * ssh-ed25519 ${key()}\n${at} ${server.hostKey}`,
        'HOST_KEY_REVOKED',
        'new host key',
      ],
      [`@cert-authority * ${other}`, 'HOST_KEY_AUTHORITY', 'certificate'],
    ] as const;
    for (const [lines, code, remedy] of cases) {
      const { kind, text } = await failureOf(
        (await withKnown(lines)).exec(['touch', '/srv/touched']),
      );
      expect(kind).toBe('refused');
      expect(text).toMatch(new RegExp(`^${code}: .*${server.name} .*SHA256:`, 'u'));
      expect(text).toContain(remedy);
    }
    expect(await server.shell('ls /srv')).not.toContain('touched');
    const trusted = await withKnown(`${at} ${server.hostKey}`);
    expect((await trusted.exec(['true'])).exitCode).toBe(0);
  });
});

describe('a way that is not there', () => {
  it('to the server, and to a jump host that is down or refuses', async () => {
    const closed = await failureOf(hostWith({ port: 2 }).exec(['true']));
    expect(closed).toMatchObject({ kind: 'unavailable' });
    expect(closed.text).toMatch(
      new RegExp(`${server.name} .*:2\\) does not answer.*nothing listens`, 'u'),
    );
    const jump = { proxyJump: [`root@${server.address}:2`] };
    const down = await failureOf(hostWith(jump).exec(['true']));
    expect(down.kind).toBe('unavailable');
    expect(down.text).toMatch(/^jump host root@.*does not answer.*on the way to h/u);
    const stop = await startSshd(server, OWN_SSHD, []);
    try {
      const through = { proxyJump: [`root@${server.address}:${OWN_SSHD}`] };
      const unknown = await failureOf(hostWith(through).exec(['true']));
      expect(unknown.kind).toBe('refused');
      expect(unknown.text).toMatch(/^HOST_KEY_UNKNOWN: .* host key of jump host root@/u);
    } finally {
      await stop();
    }
  });

  it('because nothing there speaks SSH', async () => {
    await server.background(
      'mute',
      "perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>2211,Listen=>5);while($c=$s->accept){push @c,$c}'",
    );
    const listens = async () => (await server.shell("ss -Hltn 'sport = :2211'")) !== '';
    await until('it listens', listens);
    const host = hostWith({ port: 2211, connectTimeoutMs: 1_000 });
    const started = Date.now();
    expect(await failureOf(host.exec(['true']))).toMatchObject({ kind: 'unavailable' });
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});

describe('a connection that breaks', () => {
  const breakAll = (): Promise<string> => server.shell("pkill -9 -f '^sshd: root' || :");

  it('in the middle of a command: the command is ended, and the next one finds a new connection', async () => {
    const host = hostWith({});
    const running = failureOf(host.exec(['sh', '-c', 'sleep 8101; echo no']));
    await untilRuns(server, '^sleep 8101');
    await breakAll();
    expect(await running).toMatchObject({ kind: 'unavailable' });
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n');
    await untilGone(server, '^sleep 8101', 2_000);
  });

  it('in the middle of a file: the old one stays', async () => {
    const host = hostWith({});
    await host.writeFile('large.bin', 'old');
    const writing = failureOf(host.writeFile('large.bin', Buffer.alloc(200_000_000)));
    const begun = async () => (await server.shell('ls /srv/runsheet')).includes('.part');
    await until('a part of it is there', begun);
    await breakAll();
    expect(await writing).toMatchObject({ kind: 'unavailable' });
    expect((await host.readFile('large.bin'))?.toString()).toBe('old');
    await server.shell('rm -rf /srv/runsheet');
  });

  it('in the middle of a stream to a socket: an error, not an end', async () => {
    const stream = await hostWith({}).openSocket(DOCKER);
    const failed = new Promise((resolve) => stream.once('error', resolve));
    const ended = new Promise((resolve) => stream.once('end', () => resolve('ended')));
    const answered = new Promise((resolve) => stream.once('data', resolve));
    stream.write('GET /events HTTP/1.1\r\nHost: docker\r\n\r\n');
    await answered;
    await breakAll();
    const outcome = await Promise.race([failed, ended]);
    expect(outcome).toMatchObject({ name: 'PortError', kind: 'unavailable', subject: server.name });
    expect(stream.destroyed).toBe(true);
  });
});

describe('a server that froze', () => {
  it('is noticed within 15 seconds, by commands, streams and new connections', async () => {
    const host = hostWith({});
    const stream = await host.openSocket(DOCKER);
    const broken = new Promise<unknown>((resolve) => stream.once('error', resolve));
    await host.exec(['true']);
    await server.freeze();
    try {
      const started = Date.now();
      const { kind, text } = await failureOf(host.exec(['true']));
      expect(kind).toBe('unavailable');
      expect(text).toContain('stopped answering');
      expect(await broken).toMatchObject({ name: 'PortError', kind: 'unavailable' });
      const elapsedMs = Date.now() - started;
      expect(elapsedMs).toBeLessThan(15_000);
      const again = await failureOf(hostWith({ connectTimeoutMs: 2_000 }).exec(['true']));
      expect(again.kind).toBe('unavailable');
    } finally {
      await server.thaw();
    }
    expect((await host.exec(['echo', 'back'])).stdout).toBe('back\n');
  });
});

describe('sudo', () => {
  it('that asks for a password is one clear failure, for commands, files and sockets', async () => {
    const host = hostWith({ user: 'asker', sudo: true });
    const attempts = [
      () => host.exec(['true']),
      () => host.writeFile('x', 'y'),
      () => host.readFile('x'),
      () => host.openSocket(DOCKER),
    ];
    for (const attempt of attempts) {
      const { kind, text } = await failureOf(attempt());
      expect(kind).toBe('refused');
      expect(text).toMatch(/^SUDO_NEEDS_PASSWORD: /u);
      expect(text).toContain('asker ALL=(root) NOPASSWD: ALL');
    }
  });

  it('that does not know the login', async () => {
    await server.shell(
      `useradd -m -s /bin/bash -p '*' plain; cp -r /home/asker/.ssh /home/plain/; chown -R plain: /home/plain`,
    );
    try {
      const { kind, text } = await failureOf(
        hostWith({ user: 'plain', sudo: true }).exec(['true']),
      );
      expect(kind).toBe('refused');
      expect(text).toMatch(/^SUDO_(?:NEEDS_PASSWORD|REFUSED): /u);
    } finally {
      await server.shell(`pkill -u plain || :; userdel -rf plain 2>/dev/null || :`);
    }
  });

  it('leaves what a command says on standard error as it is', async () => {
    const host = hostWith({ user: 'deploy', sudo: true });
    const said = await host.exec(['sh', '-c', 'echo one >&2; echo two >&2; exit 1']);
    expect(said).toMatchObject({ exitCode: 1, stderr: 'one\ntwo\n' });
  });
});

describe('an sshd that offers less', () => {
  it('forwards nothing: streams go through a program', async () => {
    const stop = await startSshd(server, OWN_SSHD, ['DisableForwarding yes']);
    try {
      const host = hostWith({ port: OWN_SSHD });
      const stream = await host.openSocket(DOCKER);
      stream.write('GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n');
      let answer = '';
      for await (const chunk of stream) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.0 200 OK/u);
      expect(await failureOf(host.openSocket('/run/none.sock'))).toMatchObject({
        kind: 'not-found',
      });
    } finally {
      await stop();
    }
    expect(await processesLike(server, 'dial-stdio')).toEqual([]);
  });

  it('has no SFTP', async () => {
    const stop = await startSshd(server, OWN_SSHD + 2, ['Subsystem none /bin/false'], '/dev/null');
    try {
      const { text } = await failureOf(hostWith({ port: OWN_SSHD + 2 }).writeFile('x', 'y'));
      expect(text).toMatch(/offers no SFTP.*Subsystem sftp internal-sftp/u);
    } finally {
      await stop();
    }
  });

  it('lets a login not use a socket', async () => {
    const { kind, text } = await failureOf(hostWith({ user: 'asker' }).openSocket(DOCKER));
    expect(kind).toBe('refused');
    expect(text).toContain('usermod -aG docker asker');
  });
});
