/** The demo as a newcomer types it: it deploys, and with --fail it rolls back, under traffic that loses nothing. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runsheet } from '../cli/support/program.ts';

const LIMIT_MS = 280_000;
const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];

interface Played {
  readonly exitCode: number | null;
  readonly text: string;
}

async function play(...args: readonly string[]): Promise<Played> {
  const typed = ['demo', '--lang', 'en', ...args];
  const { code, stdout, stderr } = await runsheet(typed, { cwd: tmpdir(), limitMs: LIMIT_MS });
  return { exitCode: code, text: `${stdout}\n${stderr}` };
}

/** The section of the output that says who answered after the run, one line a server. */
function afterwards(text: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.indexOf('After the deployment, answers by server');
  return start < 0 ? [] : lines.slice(start + 1, start + 1 + SERVERS.length);
}

function expectServed(text: string, version: string): void {
  const lines = afterwards(text);
  for (const [index, server] of SERVERS.entries()) {
    expect(lines[index], text).toMatch(new RegExp(`^ {2}${server}: ${version} × \\d+$`));
  }
}

/** Every request has its answer before anybody says how many failed. */
function countedByVersion(text: string): number {
  const line = /versions in the answers: (.*)/.exec(text)?.[1] ?? '';
  return [...line.matchAll(/× (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

function slowOnes(text: string): number {
  return text.match(/slow request \([\d.]+ s\): answered 200 after/g)?.length ?? 0;
}

function traffic(text: string): {
  readonly sent: number;
  readonly failed: number;
  readonly longest: string;
} {
  const found = /during the deployment: (\d+) requests, (\d+) failed, longest wait ([\d.]+) s/.exec(
    text,
  );
  expect(found, text).not.toBeNull();
  expect(countedByVersion(text) + slowOnes(text), text).toBe(Number(found?.[1]));
  return { sent: Number(found?.[1]), failed: Number(found?.[2]), longest: found?.[3] ?? '' };
}

// One at a time: another file's environment runs beside it on the same two cores.
describe('npm run demo', () => {
  it('deploys v2 to three servers with an approval and 0 failed requests', {
    timeout: LIMIT_MS,
  }, async () => {
    const { exitCode, text } = await play();
    expect(exitCode, text).toBe(0);
    const sheet = text.slice(text.lastIndexOf('v2.0.0 → production'));
    for (let step = 1; step <= 10; step += 1) {
      expect(sheet).toMatch(new RegExp(`^✓ +${step}\\. `, 'm'));
    }
    for (const server of SERVERS)
      expect(sheet).toMatch(new RegExp(`^ +${server} +v2\\.0\\.0`, 'm'));
    expect(text).toContain('the demo approved it as a second person, alice');
    expect(text).toContain('Temporal Web UI: http://127.0.0.1:');
    const { sent, failed } = traffic(text);
    expect(sent).toBeGreaterThanOrEqual(500);
    expect(failed).toBe(0);
    expectServed(text, 'v2.0.0');
  });

  const faults = [
    { key: '1', step: 1, exitCode: 3, undone: [] },
    { key: '2', step: 2, exitCode: 3, undone: [] },
    { key: '3', step: 3, exitCode: 3, undone: [] },
    { key: '5', step: 5, exitCode: 4, undone: [] },
    { key: '6', step: 6, exitCode: 3, undone: ['back into the pool'] },
    { key: '7', step: 7, exitCode: 3, undone: ['old version back', 'back into the pool'] },
    {
      key: '8',
      step: 8,
      exitCode: 3,
      undone: ['new version removed', 'old version back', 'back into the pool'],
    },
    {
      key: '8:slow',
      step: 8,
      exitCode: 3,
      undone: ['new version removed', 'old version back', 'back into the pool'],
    },
    {
      key: '9',
      step: 9,
      exitCode: 3,
      undone: ['new version removed', 'old version back', 'back into the pool'],
    },
  ] as const;

  it.each(faults)(
    '--fail $key fails step $step and leaves the old version',
    { timeout: LIMIT_MS },
    async (fault) => {
      const { exitCode, text } = await play('--fail', fault.key);
      expect(exitCode, text).toBe(fault.exitCode);
      expect(text).toMatch(new RegExp(`^✗ +${fault.step}\\. `, 'm'));
      for (const phrase of fault.undone) {
        for (const server of SERVERS) expect(text).toContain(`${server} ${phrase}`);
      }
      if (fault.undone.length === 0) expect(text).not.toContain('back into the pool');
      expect(traffic(text).failed).toBe(0);
      expectServed(text, 'v1.0.0');
    },
  );

  it('refuses a fault that does not exist, with those that do', async () => {
    const { exitCode, text } = await play('--fail', '4');
    expect(exitCode).toBe(2);
    expect(text).toContain('1, 2, 3, 5, 6, 7, 8, 8:slow, 9');
  });
});
