import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshHosts } from '../../../src/adapters/ssh/ssh-hosts.ts';
import type { ServerHost } from '../../../src/ports/server-host.ts';
import { startNoisyServer } from './noisy-server.ts';

let folder: string;
const closers: (() => Promise<void> | void)[] = [];
let told: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-noise-'));
  told = [];
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

async function hostWith(rc: string, sudo: boolean): Promise<ServerHost> {
  const noisy = await startNoisyServer(folder, rc);
  const hosts = createSshHosts([{ ...noisy.server, sudo }], {
    onIgnored: ({ zh, en }) => {
      expect(zh).toMatch(/^web-1 在命令开始之前输出 "/u);
      told.push(en);
    },
  });
  closers.push(noisy.close, () => hosts.close());
  return hosts.get('web-1');
}

const RC = [
  ['echo Welcome', 'Welcome'],
  ['echo 欢迎', '欢迎'],
  ['printf "no line end"', 'no line end'],
  ['echo "bind: line editing not enabled" >&2', 'bind: line editing not enabled'],
  ['echo one; echo two >&2; seq 1 50000', 'one'],
] as const;

describe.each([false, true])('B2 what ~/.bashrc prints, by sudo: %s', (sudo) => {
  it.each(RC)('is not what a command says: %s', async (rc, first) => {
    const host = await hostWith(rc, sudo);
    const script = 'echo "{\\"a\\":1}"; echo why >&2; exit 3';
    const parts: string[] = [];
    const expected = { exitCode: 3, stdout: '{"a":1}\n', stderr: 'why\n', truncated: false };
    for (let round = 0; round < 2; round += 1) {
      const onOutput = (chunk: Buffer): void => void parts.push(chunk.toString());
      expect(await host.exec(['sh', '-c', script], { onOutput })).toEqual(expected);
    }
    expect(parts.toSorted().join('')).toBe('why\nwhy\n{"a":1}\n{"a":1}\n');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^web-1 prints "/u);
    if (!rc.includes('two')) expect(told[0]).toContain(JSON.stringify(first));
  });

  it.each(RC.filter(([, first]) => !first.startsWith('bind')))('is in no file: %s', async (rc) => {
    const host = await hostWith(rc, sudo);
    await host.writeFile('a/file', 'text', { mode: 0o600 });
    expect(await readFile(join(folder, 'a/file'), 'utf8')).toBe('text');
    expect((await host.readFile('a/file'))?.toString()).toBe('text');
    expect(await host.readFile('missing')).toBeNull();
    expect(told).toHaveLength(1);
  });

  it.each(RC)('is not what a socket says, such as the Docker Engine’s: %s', async (rc) => {
    const host = await hostWith(rc, sudo);
    const path = join(folder, 'docker.sock');
    const engine = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => socket.end(`HTTP/1.1 200 ${chunk.toString()}`));
    });
    await new Promise<void>((done) => engine.listen(path, done));
    closers.push(() => void engine.close());
    const stream = await host.openSocket(path);
    stream.write('ping');
    expect(await textOf(stream)).toBe('HTTP/1.1 200 ping');
    expect(told).toHaveLength(1);
  });
});

it('B2 a shell that prints nothing is told of nowhere', async () => {
  const host = await hostWith(':', false);
  expect((await host.exec(['echo', 'x'])).stdout).toBe('x\n');
  expect(told).toEqual([]);
});
