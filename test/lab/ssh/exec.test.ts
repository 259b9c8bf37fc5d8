/** Commands over a real sshd: what arrives, what is kept, and what is left when nobody wants them any more. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHost } from '../../../src/ports/server-host.ts';
import { anyCharacter, property } from '../../support/property.ts';
import type { LabServer } from '../support/server.ts';
import {
  openSshLab,
  processesLike,
  type SshLab,
  startSshd,
  untilGone,
  untilRuns,
} from './servers.ts';

const FEW_SESSIONS = 2201;
/** TERM, three seconds, KILL. */
const GONE_LIMIT_MS = 6_000;

let lab: SshLab;
let server: LabServer;

beforeAll(async () => {
  lab = await openSshLab(1);
  const [first] = lab.servers;
  if (first === undefined) throw new Error('no server');
  server = first;
});
afterAll(() => lab?.close());

const LOGINS = [
  { name: 'root', user: 'root', sudo: false },
  { name: 'sudo', user: 'deploy', sudo: true },
] as const;

const word = fc.oneof(
  fc.string({ unit: anyCharacter }).filter((text) => !/[\0\p{Surrogate}]/u.test(text)),
  fc.constantFrom('', '-n', '--', '-oProxyCommand=id', '$HOME', '`id`', '$(id)', "'", '"', '\\'),
  fc.constantFrom('a;id', 'a\nid', '*', '~', '!!', '%s\\0', '中文 标签', 'v1.0.0\r', '\u001b[31m'),
);
const stdin = fc.option(fc.string({ maxLength: 200 }), { nil: undefined });

describe.each(LOGINS)('as $name', ({ user, sudo }) => {
  let host: ServerHost;

  beforeAll(() => {
    host = lab.hosts({ user, sudo }).get(server.name);
  });

  property(
    'hands any arguments through byte for byte, with and without input',
    [fc.array(word, { minLength: 1, maxLength: 8 }), stdin],
    async (argv, input) => {
      const show = ['perl', '-e', 'print map {"$_\\0"} @ARGV; print STDERR <STDIN>', '--', ...argv];
      const options = input === undefined ? {} : { stdin: input };
      const { stdout, stderr, exitCode } = await host.exec(show, options);
      expect(exitCode).toBe(0);
      expect(stdout.split('\0').slice(0, -1)).toEqual(argv);
      expect(stderr).toBe(input ?? '');
    },
    { runs: 60 },
  );

  it('writes and reads files whose names mean something to a shell', async () => {
    for (const name of ["a b'c", '$(id)', '-rf', 'x;id', '中文', 'a\nb', '*']) {
      const path = `/srv/names/${name}`;
      await host.writeFile(path, name);
      expect((await host.readFile(path))?.toString()).toBe(name);
    }
    expect((await server.shell('ls -A /srv/names | wc -l')).trim()).toBe('8');
    await server.shell('rm -rf /srv/names');
  });

  it('carries much in both directions', async () => {
    const content = Buffer.alloc(3_000_000, 'x');
    await host.writeFile('large.bin', content);
    expect((await host.readFile('large.bin'))?.equals(content)).toBe(true);
    const { stdout } = await host.exec(['wc', '-c'], { stdin: content });
    expect(Number(stdout)).toBe(content.length);
    const bounded = await host.exec(['head', '-c', '50000000', '/dev/zero'], { keepBytes: 4_096 });
    expect(bounded.truncated).toBe(true);
    expect(bounded.stdout.length).toBeLessThan(5_000);
  });

  it.each([
    ['that ends at TERM', 'sleep 7101 & sleep 7102; echo no', '710'],
    [
      'that ignores TERM, with its children',
      'trap "" TERM; sleep 7201 & while :; do sleep 7202; done',
      '720',
    ],
  ])('ends a cancelled command %s', async (_name, script, number) => {
    const cancel = new AbortController();
    const running = host.exec(['sh', '-c', script], { signal: cancel.signal });
    const outcome = expect(running).rejects.toThrow('enough');
    await untilRuns(server, `^sleep ${number}`);
    cancel.abort(new Error('enough'));
    await outcome;
    await untilGone(server, `^sleep ${number}`, 500);
    await untilGone(server, 'rs_end', GONE_LIMIT_MS);
    expect((await host.exec(['echo', 'next'])).stdout).toBe('next\n');
  });

  it('ends a command that reads its input, and one that takes too long', async () => {
    const cancel = new AbortController();
    const script = 'cat >/dev/null; sleep 7301';
    const running = host.exec(['sh', '-c', script], { stdin: 'some', signal: cancel.signal });
    const outcome = expect(running).rejects.toThrow('enough');
    const late = host.exec(['sleep', '7302'], { timeoutMs: 400 });
    const lateOutcome = expect(late).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('did not end within 400 ms'),
    });
    await untilRuns(server, '^sleep 7301');
    cancel.abort(new Error('enough'));
    await Promise.all([outcome, lateOutcome]);
    await untilGone(server, '^sleep 730', 500);
  });

  it('leaves alone what a command moved into a session of its own', async () => {
    const script = 'setsid sleep 7401 </dev/null >/dev/null 2>&1 &';
    expect((await host.exec(['sh', '-c', script])).exitCode).toBe(0);
    await untilGone(server, 'rs_end', GONE_LIMIT_MS);
    expect(await processesLike(server, '^sleep 7401')).toHaveLength(1);
    await server.shell("pkill -f '^sleep 7401'");
  });
});

describe('many at once', () => {
  it('wait in line for the sessions that sshd takes', async () => {
    const host = lab.hosts().get(server.name);
    const started = Array.from({ length: 60 }, (_, index) => host.exec(['echo', String(index)]));
    const printed = (await Promise.all(started)).map(({ stdout }) => stdout.trim());
    expect(printed).toEqual(started.map((_, index) => String(index)));
  });

  it('learn how few an sshd takes, and wait longer', async () => {
    const stop = await startSshd(server, FEW_SESSIONS, ['MaxSessions 2']);
    try {
      const host = lab.hosts({ port: FEW_SESSIONS }).get(server.name);
      const started = Array.from({ length: 12 }, (_, index) =>
        host.exec(['sh', '-c', `sleep 0.05; echo ${index}`]),
      );
      const printed = (await Promise.all(started)).map(({ stdout }) => stdout.trim());
      expect(printed).toEqual(started.map((_, index) => String(index)));
      await Promise.all([1, 2, 3].map((index) => host.writeFile(`f${index}`, 'x')));
      expect((await Promise.all([1, 2, 3].map(() => host.exec(['true'])))).length).toBe(3);
    } finally {
      await stop();
    }
  });
});
