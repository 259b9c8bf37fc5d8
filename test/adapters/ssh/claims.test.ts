/** Who changes a server is written down there, and whoever takes it over ends the connection of before. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshHosts, type SshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { Localized } from '../../../src/diagnostics/language.ts';
import type { Attempt } from '../../../src/ports/attempts.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';
import { startTestServer, type TestServer } from './embedded-servers.ts';
import type { Change, FrozenWork } from './frozen-worker.ts';
import { type MadeUpAttempts, madeUpAttempts } from './made-up-attempts.ts';

let test: TestServer;
let folder: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  test = await startTestServer();
  folder = join(test.server.baseFolder, 'connections');
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await test.close();
});

interface TestWorker {
  readonly attempts: MadeUpAttempts;
  readonly hosts: SshHosts;
  readonly host: ServerHost;
  readonly told: Localized[];
}

function startWorker(name: string): TestWorker {
  const attempts = madeUpAttempts(name);
  const told: Localized[] = [];
  const hosts = createSshHosts([test.server], {
    attempts,
    onIgnored: (text) => void told.push(text),
  });
  closers.push(() => hosts.close());
  return { attempts, hosts, host: hosts.get('s1'), told };
}

/** By the worker and the number of the attempt. */
function written(): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => {
      const line = readFileSync(join(folder, file), 'utf8');
      const { worker, attempt }: Attempt = JSON.parse(line.slice(line.indexOf('{')));
      return `${worker} ${attempt}`;
    })
    .sort();
}

/** A command that runs until it is ended. */
async function untilRunning({ host }: TestWorker): Promise<{ readonly end: Promise<string> }> {
  let begun: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const end = host.exec(['sh', '-c', 'echo; exec sleep 60'], { onOutput: () => begun() }).then(
    () => 'went on',
    (error: Error) => error.message,
  );
  await running;
  return { end };
}

describe('an attempt', () => {
  it('is written down before its first change, once a connection, and taken away when it has ended', async () => {
    const { attempts, host } = startWorker('w1');
    await host.exec(['true']);
    expect(written()).toEqual([]);
    attempts.begin({});
    const { stdout } = await host.exec(['sh', '-c', 'ls -A connections']);
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(1);
    await host.writeFile('app.conf', 'x');
    await Promise.all([host.exec(['true']), host.exec(['true'])]);
    expect(written()).toEqual(['w1 1']);
    attempts.end();
    await expect.poll(() => existsSync(folder)).toBe(false);
    attempts.begin({ activityId: '6' });
    await host.writeFile('app.conf', 'y');
    expect(written()).toEqual(['w1 1']);
  });

  it('that only looks leaves nothing where nothing was', async () => {
    const { attempts, host } = startWorker('w1');
    const baseFolder = join(test.server.baseFolder, 'new');
    const hosts = createSshHosts([{ ...test.server, baseFolder }], { attempts });
    closers.push(() => hosts.close());
    await host.exec(['true']);
    attempts.begin({});
    await hosts.get('s1').exec(['true']);
    expect(existsSync(baseFolder)).toBe(true);
    attempts.end();
    await expect.poll(() => existsSync(baseFolder)).toBe(false);
    attempts.begin({ activityId: '6' });
    await hosts.get('s1').writeFile('app.conf', 'x');
    attempts.end();
    await expect.poll(() => readdirSync(baseFolder)).toEqual(['app.conf']);
  });

  it('leaves those alone that still count, whose they are', async () => {
    const [first, second] = [startWorker('w1'), startWorker('w2')];
    first.attempts.begin({});
    const running = await untilRunning(first);
    second.attempts.begin({ activityId: '6' });
    await second.host.exec(['true']);
    expect(written()).toEqual(['w1 1', 'w2 1']);
    await first.host.exec(['true']);
    expect(await Promise.race([running.end, Promise.resolve('it runs')])).toBe('it runs');
  });

  it('waits for one that has just ended to be taken away', async () => {
    const [first, second] = [startWorker('w1'), startWorker('w2')];
    first.attempts.begin({});
    await first.host.exec(['true']);
    let asked = 0;
    second.attempts.isOver = () => {
      asked += 1;
      first.attempts.end();
      return true;
    };
    second.attempts.begin({ activityId: '6' });
    await second.host.exec(['true']);
    expect(asked).toBe(1);
    // Over the connection of before.
    const running = await untilRunning(first);
    await second.host.exec(['true']);
    expect(await Promise.race([running.end, Promise.resolve('it runs')])).toBe('it runs');
    expect(written()).toEqual(['w2 1']);
  });

  it('that is over loses its connection before another one changes anything', async () => {
    const [first, second] = [startWorker('w1'), startWorker('w2')];
    first.attempts.begin({});
    const running = await untilRunning(first);
    second.attempts.isOver = ({ worker, attempt }) => worker === 'w1' && attempt === 1;
    second.attempts.begin({ attempt: 2 });
    await second.host.exec(['true']);
    expect(await running.end).toContain('The SSH connection to s1 is not there');
    expect(written()).toEqual(['w2 2']);
    expect(second.told).toEqual([]);
    // Who is still alive only connects again.
    expect((await first.host.exec(['echo', 'again'])).stdout).toBe('again\n');
  }, 20_000);

  it('of a worker that was killed is swept away', async () => {
    const [first, second] = [startWorker('w1'), startWorker('w2')];
    first.attempts.begin({});
    await first.host.writeFile('releases/1/x', 'whole');
    const [mark = ''] = readdirSync(folder).map((file) => file.slice(0, 8));
    const base = test.server.baseFolder;
    writeFileSync(join(base, 'releases/1', `x.${mark}.aaaaaa.part`), 'half');
    writeFileSync(join(base, 'releases/1', 'y.00000000.aaaaaa.part'), 'of somebody else');
    await first.hosts.close();
    second.attempts.begin({ attempt: 2 });
    await expect
      .poll(async () => {
        second.attempts.begin({ attempt: 2, activityId: String(Math.random()) });
        await second.host.exec(['true']);
        return written().includes('w1 1');
      })
      .toBe(false);
    expect(readdirSync(join(base, 'releases/1')).sort()).toEqual(['x', 'y.00000000.aaaaaa.part']);
  });

  it('takes away what was begun of a file elsewhere over a connection that is no more', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'runsheet-elsewhere-'));
    closers.push(() => rmSync(elsewhere, { recursive: true }));
    const [first, second] = [startWorker('w1'), startWorker('w2')];
    first.attempts.begin({});
    await first.host.exec(['true']);
    const [mark = ''] = readdirSync(folder).map((file) => file.slice(0, 8));
    const living = `app conf.${mark}.aaaaaa.part`;
    const names = ['app conf.00000000.aaaaaa.part', 'app conf.part', 'other.00000000.aaaaaa.part'];
    for (const name of [living, ...names]) writeFileSync(join(elsewhere, name), 'half');
    second.attempts.begin({ activityId: '6' });
    await second.host.writeFile(join(elsewhere, 'app conf'), 'whole');
    expect(readdirSync(elsewhere).sort()).toEqual(
      ['app conf', living, 'app conf.part', 'other.00000000.aaaaaa.part'].sort(),
    );
  });

  it('makes its change all the same where it cannot be written down, and says so once', async () => {
    writeFileSync(folder, 'no folder');
    const { attempts, host, told } = startWorker('w1');
    attempts.begin({});
    await host.exec(['touch', 'changed']);
    attempts.begin({ attempt: 2 });
    await host.exec(['true']);
    expect(existsSync(join(test.server.baseFolder, 'changed'))).toBe(true);
    expect(told.map(({ en }) => en)).toEqual([
      expect.stringMatching(/^s1: who changes it cannot be written down there \(.*mkdir.*\)/u),
    ]);
    rmSync(folder);
  });
});

describe('a worker that stood still between the answer and its change, and goes on', () => {
  const listen = (path: string, got: string[]): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        socket
          .on('error', () => undefined)
          .on('data', (chunk) => {
            got.push(String(chunk));
            socket.write('ok');
          });
      });
      server.listen(path, () => resolve(server));
    });

  async function thawed(
    change: Change,
    claims: boolean,
  ): Promise<{ readonly said: string; readonly isChanged: boolean }> {
    const path = join(test.server.baseFolder, 'target');
    const got: string[] = [];
    const isSocket = change === 'a request over a stream that is open';
    if (isSocket) {
      const server = await listen(path, got);
      closers.push(() => server.close());
    }
    const work: FrozenWork = { server: test.server, change, path, claims };
    const file = fileURLToPath(new URL('./frozen-worker.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closers.push(() => child.kill('SIGKILL'));
    const said = text(child.stdout);
    const state = (): string =>
      readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1] ?? '';
    await expect.poll(state, { timeout: 60_000 }).toMatch(/^T/u);
    const begun = (): readonly string[] =>
      readdirSync(test.server.baseFolder).filter((name) => name.endsWith('.part'));
    expect(begun()).toHaveLength(change === 'a file' ? 1 : 0);
    const next = startWorker('next');
    next.attempts.isOver = ({ worker }) => worker === 'frozen';
    next.attempts.begin({ attempt: 2 });
    await next.host.exec(['true']);
    const isChanged = (): boolean => (isSocket ? got.length > 0 : existsSync(path));
    expect(isChanged()).toBe(false);
    if (claims) expect(begun()).toEqual([]);
    child.kill('SIGCONT');
    return { said: await said, isChanged: isChanged() };
  }

  describe.skipIf(!existsSync('/proc/self/stat'))('', () => {
    const CHANGES = ['a command', 'a file', 'a request over a stream that is open'] as const;
    it.each(CHANGES)(
      'sends %s to nobody',
      async (change) => {
        const { said, isChanged } = await thawed(change, true);
        expect(said).toContain('PortError');
        expect(isChanged).toBe(false);
      },
      60_000,
    );

    it.each(CHANGES)(
      'would else have sent %s',
      async (change) => {
        expect(await thawed(change, false)).toEqual({ said: 'changed\n', isChanged: true });
      },
      60_000,
    );
  });
});
