/**
 * The demo as a newcomer types it: it deploys while its worker is killed, and with --fail it rolls back,
 * under traffic that loses nothing. Whatever ends it, it leaves nothing behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareEnvironment, runsheet, WORKER } from '../cli/support/program.ts';

const LIMIT_MS = 280_000;
const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];

interface Played {
  readonly exitCode: number | null;
  readonly text: string;
}

/** Where the demos have their folders. */
let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'runsheet-demos-'));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

async function play(...args: readonly string[]): Promise<Played> {
  const { code, stdout, stderr } = await runsheet(['demo', ...args], {
    cwd: tmpdir(),
    env: { TMPDIR: temporary },
    limitMs: LIMIT_MS,
  });
  expect(readdirSync(temporary)).toEqual([]);
  return { exitCode: code, text: `${stdout}\n${stderr}` };
}

/** The section of the output that says who answered after the run, one line a server. */
function afterwards(text: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => AFTERWARDS.test(line));
  return start < 0 ? [] : lines.slice(start + 1, start + 1 + SERVERS.length);
}

const AFTERWARDS = /^(After the deployment, answers by server|部署之后，各服务器的应答)$/;

function expectServed(text: string, version: string): void {
  const lines = afterwards(text);
  for (const [index, server] of SERVERS.entries()) {
    expect(lines[index], text).toMatch(new RegExp(`^ {2}${server}: ${version} × \\d+$`));
  }
}

interface Traffic {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
}

/** Every request has its answer before anybody says how many failed: the answers are counted once more. */
function traffic(text: string): Traffic {
  const found =
    /during the deployment: (\d+) requests, (\d+) answered, (\d+) failed, longest wait/.exec(
      text,
    ) ?? /部署期间：(\d+) 个请求，应答 (\d+) 个，失败 (\d+) 个，最长等待/.exec(text);
  expect(found, text).not.toBeNull();
  const [sent = 0, answered = 0, failed = 0] = (found ?? []).slice(1).map(Number);
  const line = /(?:versions in the answers: |应答的版本：)(.*)/.exec(text)?.[1] ?? '';
  const byVersion = [...line.matchAll(/× (\d+)/g)].reduce((sum, [, each]) => sum + Number(each), 0);
  const slow = text.match(/(slow request|慢请求).*(answered|应答) 200/g)?.length ?? 0;
  expect(byVersion + slow, text).toBe(sent);
  return { sent, answered, failed };
}

function expectAnswered(text: string): void {
  const { sent, answered, failed } = traffic(text);
  expect([failed, answered], text).toEqual([0, sent]);
}

/** Prose in the wrong language; names, ids and what is to be typed are nobody's language. */
function foreign(text: string, language: string): readonly string[] {
  const typed = /^ +(npx|npm|runsheet) .*$|`[^`]*`/gm;
  const lines = text.replaceAll(typed, '').split('\n');
  const prose = language === 'zh' ? /[a-z]{2,} [a-z]{2,} [a-z]{2,}/ : /[\u4e00-\u9fff]/u;
  return lines.filter((line) => prose.test(line));
}

// One at a time: another file's environment runs beside it on the same two cores.
describe('npm run demo', () => {
  it('deploys v2 server by server while its worker is killed in step 7, with 0 failed requests', {
    timeout: LIMIT_MS,
  }, async () => {
    const { exitCode, text } = await play('--lang', 'en');
    expect(exitCode, text).toBe(0);
    const sheet = text.slice(text.lastIndexOf('v2.0.0 → production'));
    for (let step = 1; step <= 10; step += 1) {
      expect(sheet).toMatch(new RegExp(`^✓ +${step}\\. `, 'm'));
    }
    for (const server of SERVERS)
      expect(sheet).toMatch(new RegExp(`^ +${server} +v2\\.0\\.0`, 'm'));
    expect(text).toContain('the demo approved it as a second person, alice');
    expect(text).toContain('Temporal Web UI: http://127.0.0.1:');

    const killed =
      /the demo kills the worker, process (\d+) \(SIGKILL\): step 7 is under way on app-server-[23] \(/;
    const pid = killed.exec(text)?.[1];
    expect(pid, text).toBeDefined();
    expect(text).toMatch(
      new RegExp(`The worker, process ${pid}, was killed at \\d\\d:\\d\\d:\\d\\dZ`),
    );
    const wentOn = /the run went on after [\d.]+ s, by process (\d+)/.exec(text)?.[1];
    expect(wentOn, text).toBeDefined();
    expect(wentOn).not.toBe(pid);
    const once = SERVERS.map((server) => `${server} × 1`).join(', ');
    expect(text).toContain(`starts of v2.0.0: ${once}`);
    expect(text).toContain('a server was in service all the time');

    expectAnswered(text);
    expect(traffic(text).sent).toBeGreaterThanOrEqual(500);
    expectServed(text, 'v2.0.0');
    expect(foreign(text, 'en')).toEqual([]);
  });

  it('--all-at-once holds the requests instead, and kills nobody', {
    timeout: LIMIT_MS,
  }, async () => {
    const { exitCode, text } = await play('--lang', 'zh', '--all-at-once');
    expect(exitCode, text).toBe(0);
    expect(text).toMatch(/无服务时长 [\d.]+ 秒（所有服务器同时更新，负载均衡暂存请求）/);
    expect(text).not.toContain('终止 worker 进程');
    expect(text).not.toContain('npm run demo -- --all-at-once');
    expectAnswered(text);
    expectServed(text, 'v2.0.0');
    expect(foreign(text, 'zh')).toEqual([]);
  });

  const [first = ''] = SERVERS;
  /** What the run says of the old version, by language. */
  const BACK = {
    pool: { en: 'back into the pool', zh: '放回负载均衡池' },
    version: { en: 'old version back', zh: '恢复旧版本服务' },
    removed: { en: 'new version removed', zh: '移除新版本' },
  } as const;
  const { pool, version, removed } = BACK;
  const faults = [
    { key: '1', language: 'zh', step: 1, exitCode: 3, undone: [], on: [] },
    { key: '2', language: 'en', step: 2, exitCode: 3, undone: [], on: [] },
    { key: '3', language: 'zh', step: 3, exitCode: 3, undone: [], on: [], cause: /ENOENT/g },
    { key: '5', language: 'zh', step: 5, exitCode: 4, undone: [], on: [] },
    { key: '6', language: 'en', step: 6, exitCode: 3, undone: [pool], on: [first] },
    {
      key: '7',
      language: 'zh',
      step: 7,
      exitCode: 3,
      undone: [version, pool],
      on: [first],
      cause: /exitCodeAtStart/g,
    },
    {
      key: '8',
      language: 'zh',
      step: 8,
      exitCode: 3,
      undone: [removed, version, pool],
      on: [first],
      cause: /GET \/version: HTTP 500/g,
    },
    {
      key: '8:slow',
      also: ['--all-at-once'],
      language: 'en',
      step: 8,
      exitCode: 3,
      undone: [removed, version, pool],
      on: SERVERS,
    },
    {
      key: '9',
      language: 'zh',
      step: 9,
      exitCode: 3,
      undone: [removed, version, pool],
      on: SERVERS,
      cause: /未能经负载均衡应答/g,
    },
  ] as const;

  it.each(faults)(
    '--fail $key fails step $step and leaves the old version',
    { timeout: LIMIT_MS },
    async (fault) => {
      const { language, key, on, step } = fault;
      const also = 'also' in fault ? fault.also : [];
      const { exitCode, text } = await play('--lang', language, '--fail', key, ...also);
      expect(exitCode, text).toBe(fault.exitCode);
      expect(text).toMatch(new RegExp(`^✗ +${step}\\. `, 'm'));
      for (const each of fault.undone) {
        for (const server of on) expect(text).toContain(`${server} ${each[language]}`);
      }
      const untouched = SERVERS.filter((server) => !on.some((each) => each === server));
      for (const server of untouched)
        expect(text).not.toContain(`${server} ${BACK.pool[language]}`);
      if ('cause' in fault) expect(text.match(fault.cause), text).toHaveLength(1);
      expect(text).not.toMatch(new RegExp(`npm run demo -- --fail ${key}( |$)`, 'm'));
      expectAnswered(text);
      expectServed(text, 'v1.0.0');
      expect(foreign(text, language)).toEqual([]);
    },
  );

  it('refuses a fault that does not exist, with those that do', async () => {
    const { exitCode, text } = await play('--lang', 'en', '--fail', '4');
    expect(exitCode).toBe(2);
    expect(text).toContain('1, 2, 3, 5, 6, 7, 8, 8:slow, 9');
  });
});

describe('a demo that is ended', () => {
  let demo: ChildProcess | null = null;
  afterAll(() => demo?.kill('SIGKILL'));

  /** Processes that were started with a folder of the demo's, or in one. */
  function leftRunning(): readonly string[] {
    return readdirSync('/proc').flatMap((pid) => {
      try {
        const file = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
        const isOurs = `${file('cmdline')}${file('environ')}`.includes(temporary);
        return isOurs ? [`${pid} ${file('cmdline').replaceAll('\0', ' ')}`] : [];
      } catch {
        return [];
      }
    });
  }

  it.each([
    ['SIGINT', 'is ready', 130],
    ['SIGHUP', 'Deploying v1.0.0', 129],
    ['SIGTERM', '2. Unit tests: running', 143],
    ['SIGKILL', '1. Code checks: running', null],
  ] as const)(
    'by %s after "%s" leaves no folder and no process',
    {
      timeout: LIMIT_MS,
    },
    async (signal, said, code) => {
      const argv = [join(dirname(WORKER), 'cli/main.js'), 'demo', '--lang', 'en'];
      const child = spawn(process.execPath, argv, {
        cwd: '/',
        env: { ...bareEnvironment(), TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      demo = child;
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await expect.poll(() => text, { timeout: 120_000 }).toContain(said);
      child.kill(signal);
      expect(await ended, text).toBe(code);
      if (code !== null) expect(readdirSync(temporary)).toEqual([]);
      await expect
        .poll(() => [readdirSync(temporary), leftRunning()], { timeout: 30_000 })
        .toEqual([[], []]);
    },
  );
});
