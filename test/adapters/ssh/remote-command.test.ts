/** The command text as a real shell reads it: what arrives, and who ends whom. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RemoteCommand,
  remoteCommand,
  STARTED,
} from '../../../src/adapters/ssh/remote-command.ts';
import { StartMark } from '../../../src/adapters/ssh/start-mark.ts';
import { isAlive, pidsIn } from '../../support/processes.ts';
import { property } from '../../support/property.ts';

/** Standard input stays open, as a channel does. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-sudo-'));
  // Takes the options that we give, as sudo does, and runs the rest.
  await writeFile(
    join(folder, 'sudo'),
    '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 1\nshift 2\nexec "$@"\n',
  );
  await chmod(join(folder, 'sudo'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(command: RemoteCommand, stdin = ''): Running {
  const child = spawn('/bin/sh', ['-c', remoteCommand(command)], {
    detached: true,
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdin.on('error', () => undefined);
  if (stdin !== '') child.stdin.write(stdin);
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('exit', (code) => {
      // Output is complete when both ends have closed it; the guard holds neither.
      child.once('close', () => resolve({ code, stdout, stderr }));
      child.stdin.end();
    });
  });
  return { child, ended };
}

const word = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', ' ', "'", '"', '\\', '$', '`', '\n', '*', ';', '中', '-'),
  }),
  fc.constantFrom('', '-n', '--', '-oProxyCommand=id', '$(id)', '!!', '\r', '\u001b[31m', '%s'),
);
const input = fc.string({ unit: fc.constantFrom('a', '\n', '\\', '中', "'"), maxLength: 300 });

describe.each([false, true])('a command, by sudo: %s', (sudo) => {
  property(
    'gets its arguments and its input byte for byte',
    [fc.array(word, { maxLength: 6 }), input],
    async (words, stdin) => {
      const argv = ['sh', '-c', 'printf "%s\\0" "$@"; cat >&2', 'sh', ...words, 'end'];
      const bytes = Buffer.byteLength(stdin);
      const { ended } = start({ argv, sudo, stdinBytes: bytes > 0 ? bytes : null }, stdin);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(0);
      expect(stdout).toBe(`${STARTED}${[...words, 'end', ''].join('\0')}`);
      expect(stderr).toBe(`${STARTED}${stdin}`);
    },
    { runs: 40 },
  );

  it('gives its exit code', async () => {
    expect((await start({ argv: ['sh', '-c', 'exit 7'], sudo, stdinBytes: null }).ended).code).toBe(
      7,
    );
    const withInput = { argv: ['sh', '-c', 'cat; exit 8'], sudo, stdinBytes: 2 };
    expect(await start(withInput, 'ab').ended).toMatchObject({
      code: 8,
      stdout: `${STARTED}ab`,
    });
    expect((await start({ argv: ['no-such-program'], sudo, stdinBytes: null }).ended).code).toBe(
      127,
    );
  });

  it.each([null, 3])(
    'ends with its children when its input ends (%s bytes of it)',
    async (stdinBytes) => {
      const file = join(folder, `pids-${String(sudo)}-${String(stdinBytes)}`);
      const script = `sleep 30 & echo $! > ${file}; echo $$ >> ${file}; wait`;
      const running = start(
        { argv: ['sh', '-c', script], sudo, stdinBytes },
        stdinBytes === null ? '' : 'abc',
      );
      await expect.poll(() => pidsIn(file)).toHaveLength(2);
      const pids = pidsIn(file);
      expect(pids.every(isAlive)).toBe(true);
      running.child.stdin?.end();
      await running.ended;
      await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    },
  );
});

it('does not take an option of a shell for a program', () => {
  expect(() => remoteCommand({ argv: ['-a', 'x'], sudo: false, stdinBytes: null })).toThrow('"-"');
});

describe('the mark', () => {
  const passed = (
    ...chunks: readonly string[]
  ): { text: string; noise: string | null; seen: boolean } => {
    let text = '';
    let noise: string | null = null;
    const mark = new StartMark(
      (chunk) => {
        text += chunk.toString('utf8');
      },
      (heard) => {
        noise = heard;
      },
    );
    for (const chunk of chunks) mark.write(Buffer.from(chunk));
    mark.flush();
    return { text, noise, seen: mark.seen };
  };

  it('B2 takes what comes before it away, also in pieces', () => {
    const seen = true;
    expect(passed(`${STARTED}one`)).toEqual({ text: 'one', noise: '', seen });
    expect(passed(`Welcome\n${STARTED.slice(0, 5)}`, `${STARTED.slice(5)}one`, STARTED)).toEqual({
      text: `one${STARTED}`,
      noise: 'Welcome\n',
      seen,
    });
    const long = 'x'.repeat(1_000_000);
    expect(passed(long, `\n${STARTED}{"a":1}`)).toMatchObject({ text: '{"a":1}', seen });
  });

  it('is missing where the command never began: then all of it is what was said', () => {
    const none = { noise: null, seen: false };
    const text = 'sudo: a password is required';
    expect(passed('sudo: a password', ' is required')).toEqual({ text, ...none });
    expect(passed('x'.repeat(20_000), 'y')).toEqual({ text: `${'x'.repeat(20_000)}y`, ...none });
  });
});
