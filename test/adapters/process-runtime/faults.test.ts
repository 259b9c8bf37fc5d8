import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { type RawEntry, rawArchive } from '../archive/raw-tar.ts';
import { makeSubject } from './subject.ts';

let subject: Awaited<ReturnType<typeof makeSubject>>;
beforeEach(async () => {
  subject = await makeSubject();
  await subject.runtime.pull('s1', 'tiny', subject.first, {});
});
afterEach(() => subject.close());

const release = (environment: Record<string, string> = {}) => ({
  ...subject.start,
  environment,
  digest: subject.first.digest,
  version: 'v1',
  runId: 'run-1',
});

async function answer(): Promise<Record<string, string>> {
  return vi.waitFor(
    async () => {
      const response = await fetch(`http://127.0.0.1:${subject.port}/`);
      return (await response.json()) as Record<string, string>;
    },
    { timeout: 10_000 },
  );
}

it.each<[string, readonly RawEntry[]]>([
  ['a path above', [{ path: '../../../../escaped', content: 'x' }]],
  [
    'a link through a link',
    [
      { path: 'd/x', flag: '2', target: '..' },
      { path: 'e', flag: '2', target: 'd/x/..' },
    ],
  ],
  ['a setuid file', [{ path: 'su', mode: 0o4755, content: 'x' }]],
  ['a fifo', [{ path: 'pipe', flag: '6' }]],
])('ARCHIVE_UNSAFE: %s in a release never reaches the server', async (_what, entries) => {
  const before = await filesBelow(subject.test.server.baseFolder);
  const image = await subject.smuggle(rawArchive(entries));
  await expect(subject.runtime.pull('s1', 'tiny', image, {})).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/^ARCHIVE_UNSAFE/u),
  });
  expect(await filesBelow(subject.test.server.baseFolder)).toEqual(before);
  expect((await subject.runtime.inspect('s1', 'tiny')).present).toEqual([subject.first.digest]);
});

it('gives the service its environment and its release folder, and keeps values out of the record', async () => {
  const SECRET = `it's $HOME "x"\nline`;
  await subject.runtime.start('s1', 'tiny', release({ SECRET }));
  const seen = await answer();
  expect(seen).toMatchObject({ version: 'v1', server: 's1', secret: SECRET });
  expect(seen['cwd']).toContain(`/releases/${subject.first.digest.slice(7)}`);
  const record = await readFile(
    `${subject.test.server.baseFolder}/services/tiny/current.json`,
    'utf8',
  );
  expect(record).not.toContain('$HOME');
});

it('takes away what an unpacking left that died in the middle, and no other one', async () => {
  const { first, second, runtime, test } = subject;
  const incoming = `${test.server.baseFolder}/services/tiny/incoming`;
  const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
  const hex = second.digest.slice(7);
  const kept = [`${hex}.${process.pid}`, `${first.digest.slice(7)}.${dead}`];
  for (const name of [...kept, `${hex}.${dead}`])
    await mkdir(join(incoming, name, 'half'), { recursive: true });
  await runtime.pull('s1', 'tiny', second, {});
  expect((await readdir(incoming)).sort()).toEqual(kept.toSorted());
});

describe('what a server keeps', () => {
  const file = (name: string) => `${subject.test.server.baseFolder}/services/tiny/${name}`;
  const read = (name: string) => readFile(file(name), 'utf8');
  const change = async (name: string, from: RegExp, to: string) =>
    writeFile(file(name), (await read(name)).replace(from, to));

  it('says in which form it is, and is read without as well', async () => {
    await subject.runtime.start('s1', 'tiny', release());
    const state = await subject.runtime.inspect('s1', 'tiny');
    expect(await read('current.json')).toContain('"schema":1,');
    expect(await read('starts')).toMatch(/^\S+ sha256:\S+ run-1 1\n$/u);
    await change('current.json', /"schema":1,/u, '');
    await change('starts', / 1\n/u, '\n');
    expect(await subject.runtime.inspect('s1', 'tiny')).toEqual(state);
    await subject.runtime.start('s1', 'tiny', release());
    expect(await subject.runtime.inspect('s1', 'tiny')).toEqual(state);
  });

  it.each([
    ['current.json', /"schema":1,/u, '"schema":2,'],
    ['starts', / 1\n/u, ' 2\n'],
  ])('is left alone where a later Runsheet wrote %s', async (name, from, to) => {
    const { runtime } = subject;
    await runtime.start('s1', 'tiny', release());
    await answer();
    await change(name, from, to);
    const before = [await read('current.json'), await read('starts')];
    const attempts = [
      () => runtime.inspect('s1', 'tiny'),
      () => runtime.pull('s1', 'tiny', subject.second, {}),
      () => runtime.start('s1', 'tiny', release()),
      () => runtime.stop('s1', 'tiny', { signal: 'SIGTERM', graceMs: 1_000 }),
      () => runtime.finish('s1', 'tiny', 0),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        kind: 'refused',
        subject: 's1',
        message: expect.stringMatching(
          new RegExp(`^NEWER_RUNSHEET: \\S+/${name} on s1 has the form 2;`, 'u'),
        ),
      });
    }
    expect([await read('current.json'), await read('starts')]).toEqual(before);
    expect(await answer()).toMatchObject({ version: 'v1' });
  });
});

describe('the last lines of a service', () => {
  const says = (text: string) => ['sh', '-c', `echo "${text}"; exec node server.js`];
  const dies = (text: string) => ['sh', '-c', `echo "${text}"; exit 1`];
  const stopped = () =>
    vi.waitFor(
      async () => expect((await subject.runtime.inspect('s1', 'tiny')).running).toBe(false),
      { timeout: 10_000 },
    );
  const tail = () => subject.runtime.tail('s1', 'tiny', 15);

  it('B17: are those of its last start, not of the version before', async () => {
    await subject.runtime.pull('s1', 'tiny', subject.second, {});
    await subject.runtime.start('s1', 'tiny', { ...release(), command: says('the old one') });
    await answer();
    expect(await tail()).toBe('the old one\n');
    await subject.runtime.stop('s1', 'tiny', { signal: 'SIGTERM', graceMs: 5_000 });
    const { digest } = subject.second;
    const next = { ...release(), digest, version: 'v2', runId: 'run-2' };
    await subject.runtime.start('s1', 'tiny', { ...next, command: dies('no such table') });
    await stopped();
    expect(await tail()).toBe('no such table\n');
  });

  it('B17: are none where this start printed nothing', async () => {
    await subject.runtime.start('s1', 'tiny', { ...release(), command: dies('the first') });
    await stopped();
    await subject.runtime.start('s1', 'tiny', { ...release(), command: ['true'] });
    await stopped();
    expect(await tail()).toBe('');
  });

  it('B17: are all that is left where somebody emptied the log', async () => {
    await subject.runtime.start('s1', 'tiny', { ...release(), command: dies('long before that') });
    await stopped();
    await subject.runtime.start('s1', 'tiny', { ...release(), command: dies('now') });
    await stopped();
    await writeFile(`${subject.test.server.baseFolder}/services/tiny/service.log`, 'rest\n');
    expect(await tail()).toBe('rest\n');
  });
});

it.each([0, 20, 60, 100, 150])(
  'starts once although the connection is lost after %i ms',
  async (delayMs) => {
    const lostHosts = createSshHosts([subject.test.server]);
    const lost = subject
      .makeRuntime(lostHosts)
      .start('s1', 'tiny', release())
      .catch(() => undefined);
    await sleep(delayMs);
    await lostHosts.close();
    await lost;
    await subject.runtime.start('s1', 'tiny', release());
    // A second start would have begun by now.
    await sleep(300);
    const { running, starts } = await subject.runtime.inspect('s1', 'tiny');
    expect({ running, starts }).toEqual({ running: true, starts: { [subject.first.digest]: 1 } });
    expect(processesIn(subject.test.server.baseFolder)).toBe(1);
  },
);

it('starts once for ten callers at the same time', async () => {
  await Promise.all(
    Array.from({ length: 10 }, () => subject.runtime.start('s1', 'tiny', release())),
  );
  expect((await subject.runtime.inspect('s1', 'tiny')).starts).toEqual({
    [subject.first.digest]: 1,
  });
});

it('forces a service that does not end within its grace', async () => {
  await subject.runtime.start('s1', 'tiny', release({ DEAF: '1' }));
  await answer();
  const stopped = await subject.runtime.stop('s1', 'tiny', { signal: 'SIGTERM', graceMs: 400 });
  expect(stopped).toMatchObject({ forced: true });
  expect(stopped.durationMs).toBeGreaterThanOrEqual(400);
  expect((await subject.runtime.inspect('s1', 'tiny')).running).toBe(false);
});

it('sees that a service has ended by itself, and what it said', async () => {
  expect(await subject.runtime.tail('s1', 'tiny', 5)).toBe('');
  const script = 'seq 100; echo "no database" >&2; exit 3';
  await subject.runtime.start('s1', 'tiny', { ...release(), command: ['sh', '-c', script] });
  await expect.poll(async () => (await subject.runtime.inspect('s1', 'tiny')).running).toBe(false);
  expect(await subject.runtime.tail('s1', 'tiny', 3)).toBe('99\n100\nno database\n');
});

async function filesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

function processesIn(folder: string): number {
  const script = `for p in /proc/[0-9]*; do readlink "$p/cwd" 2>/dev/null; done | grep -c "^$1/services/" || true`;
  return Number(execFileSync('sh', ['-c', script, 'sh', folder], { encoding: 'utf8' }));
}
