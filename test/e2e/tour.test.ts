/** The README's quick tour, typed with the built program: `dev` stays, the rest in the same folder. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distFolder } from './support/stage.ts';

const LIMIT_MS = 120_000;
const program = join(distFolder(), 'cli/main.js');
const README = new URL('../../README.md', import.meta.url);

let folder: string;
let dev: ReturnType<typeof spawn>;
let said = '';

/** The tour's lines after `dev`, as argv. */
function tour(): readonly (readonly string[])[] {
  const block = /^```sh tour\n(?<lines>[\s\S]*?)^```$/mu.exec(readFileSync(README, 'utf8'));
  const lines = (block?.groups?.['lines'] ?? '').trim().split('\n');
  expect(lines[0]).toBe('npx runsheet dev');
  return lines.slice(1).map((line) => line.replace('npx runsheet ', '').split(' '));
}

function type(argv: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  return { status, text: `${stdout}${stderr}` };
}

/** A reader approves when the run asks for it. */
function waitUntilAsked(run: string): void {
  const deadlineMs = Date.now() + LIMIT_MS;
  while (Date.now() < deadlineMs) {
    if (type(['status', run, '--json']).text.includes('"waiting"')) return;
  }
  throw new Error(`${run} never asked for approval`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runsheet-tour-'));
  dev = spawn(process.execPath, [program, 'dev', '--lang', 'en'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    const listen = (text: Buffer): void => {
      said += text.toString();
      if (/^ready/mu.test(said)) resolve();
    };
    dev.stdout?.on('data', listen);
    dev.stderr?.on('data', listen);
    dev.once('exit', () => reject(new Error(`dev ended: ${said}`)));
  });
}, LIMIT_MS);

afterAll(async () => {
  if (dev.exitCode === null) {
    const ended = new Promise((resolve) => dev.once('exit', resolve));
    dev.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}, LIMIT_MS);

describe('the tour of README.md', () => {
  it('plans, runs, approves, follows and lists', { timeout: LIMIT_MS }, () => {
    const printed = new Map<string, string>();
    for (const argv of tour()) {
      if (argv[0] === 'approve') waitUntilAsked(argv[1] ?? '');
      const { status, text } = type(argv);
      expect(status, `${argv.join(' ')}: ${text}`).toBe(0);
      printed.set(argv[0] ?? '', text);
    }
    expect([...printed.keys()]).toEqual(['plan', 'run', 'approve', 'status', 'list']);
    expect(printed.get('plan')).toContain('sha256:');
    expect(printed.get('status')).toContain('app-server-1');
    expect(printed.get('list')).toContain('quotes-v2.1.0');
  });
});
