import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerHost, ServerHosts } from '../../src/ports/server-host.ts';

export interface ServerHostSubject {
  readonly hosts: ServerHosts;
  readonly server: string;
  /** A socket on the server whose program sends back what it gets, in capitals, until the other end closes. */
  readonly socket: string;
  /** Somebody whom a file may be given to: `user:group`. */
  readonly owner: string;
  /** What the server's own disk says: `640 user:group`. */
  attributesOf(path: string): Promise<string>;
  close(): Promise<void>;
}

export function describeServerHostContract(
  name: string,
  makeSubject: () => Promise<ServerHostSubject>,
): void {
  describe(`ServerHost: ${name}`, () => {
    let subject: ServerHostSubject;
    let host: ServerHost;

    beforeEach(async () => {
      subject = await makeSubject();
      host = subject.hosts.get(subject.server);
    });
    afterEach(() => subject.close());

    it('says where it is', () => {
      expect(host.name).toBe(subject.server);
      expect(host.servicePort).toBeGreaterThan(0);
      expect(host.baseFolder).toMatch(/^\//u);
    });

    it('refuses a server that the project does not list', () => {
      expect(() => subject.hosts.get('no-such-server')).toThrow(
        expect.objectContaining({ name: 'PortError', kind: 'unknown' }),
      );
    });

    it('writes a file in folders that it makes, and reads the same bytes back', async () => {
      const content = Buffer.from([0, 1, 2, 255, 10, 13]);
      await host.writeFile('config/deep/app.bin', content, { mode: 0o640 });
      expect(await host.readFile('config/deep/app.bin')).toEqual(content);
      expect(await host.readFile(`${host.baseFolder}/config/deep/app.bin`)).toEqual(content);
    });

    it('replaces a file, also by an empty one', async () => {
      await host.writeFile('app.conf', 'a long first content\n');
      await host.writeFile('app.conf', '短\n');
      expect((await host.readFile('app.conf'))?.toString()).toBe('短\n');
      await host.writeFile('app.conf', '');
      expect(await host.readFile('app.conf')).toEqual(Buffer.alloc(0));
    });

    it('takes a file of the worker, larger than one piece, and an empty one', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'runsheet-local-'));
      const localFile = join(folder, 'release');
      const content = randomBytes(1_500_001);
      await writeFile(localFile, content);
      await host.writeFile('incoming/release', { localFile }, { mode: 0o600 });
      expect((await host.readFile('incoming/release'))?.equals(content)).toBe(true);
      await writeFile(localFile, '');
      await host.writeFile('incoming/release', { localFile });
      expect(await host.readFile('incoming/release')).toEqual(Buffer.alloc(0));
      await rm(folder, { recursive: true });
      await expect(host.writeFile('incoming/release', { localFile })).rejects.toThrow('ENOENT');
    });

    it('has null for a file that is not there', async () => {
      expect(await host.readFile('missing.conf')).toBeNull();
      expect(await host.readFile('missing/folder/app.conf')).toBeNull();
    });

    it('removes a file by a command', async () => {
      await host.writeFile('gone.conf', 'x');
      const { exitCode } = await host.exec(['rm', '-f', '--', `${host.baseFolder}/gone.conf`]);
      expect(exitCode).toBe(0);
      expect(await host.readFile('gone.conf')).toBeNull();
    });

    it('hands arguments over as they are, past every shell', async () => {
      const argument = `a b 'c' "d" $HOME \`id\` ; echo no | cat * \\ 中`;
      const { exitCode, stdout } = await host.exec(['printf', '%s', argument]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: argument });
    });

    it('passes standard input and gives exit codes', async () => {
      expect(await host.exec(['cat'], { stdin: 'line\n' })).toMatchObject({
        exitCode: 0,
        stdout: 'line\n',
      });
      expect((await host.exec(['false'])).exitCode).toBe(1);
      expect((await host.exec(['no-such-program-at-all'])).exitCode).toBe(127);
    });

    it('gives a file its mode and owner, also one that is there already', async () => {
      const file = `${host.baseFolder}/owned.conf`;
      await host.writeFile('owned.conf', 'x', { mode: 0o640, owner: subject.owner });
      expect(await subject.attributesOf(file)).toBe(`640 ${subject.owner}`);
      await host.writeFile('owned.conf', 'y', { mode: 0o600, owner: subject.owner });
      expect(await subject.attributesOf(file)).toBe(`600 ${subject.owner}`);
      expect((await host.readFile('owned.conf'))?.toString()).toBe('y');
    });

    it('keeps the first and the last of what is printed, says so, and tells of all of it', async () => {
      const text = `first ${'x'.repeat(50_000)} last`;
      let told = '';
      const { stdout, truncated } = await host.exec(['cat'], {
        stdin: text,
        keepBytes: 1_000,
        onOutput: (chunk, from) => {
          if (from === 'stdout') told += chunk.toString('utf8');
        },
      });
      expect(truncated).toBe(true);
      expect(stdout.length).toBeLessThan(1_100);
      expect(stdout).toMatch(/^first x+\n\[…\]\nx+ last$/u);
      expect(told).toBe(text);
      expect((await host.exec(['printf', '%s', 'short'])).truncated).toBe(false);
    });

    it('does nothing for who has already given up', async () => {
      const signal = AbortSignal.abort(new Error('given up'));
      await expect(host.exec(['true'], { signal })).rejects.toThrow('given up');
    });

    it('opens a stream to a socket of the server, both ways, several at once', async () => {
      const streams = await Promise.all([1, 2, 3].map(() => host.openSocket(subject.socket)));
      const answers = streams.map(async (stream, index) => {
        stream.write(`hello ${index}`);
        return firstOf(stream);
      });
      expect(await Promise.all(answers)).toEqual(['HELLO 0', 'HELLO 1', 'HELLO 2']);
      for (const stream of streams) {
        const closed = new Promise((resolve) => stream.once('close', resolve));
        stream.destroy();
        await closed;
      }
    });

    it('has no stream to a socket that is not there', async () => {
      await expect(host.openSocket('/run/no-such.sock')).rejects.toMatchObject({
        name: 'PortError',
        kind: 'not-found',
        subject: subject.server,
      });
    });

    it('shows the host key of a server without trusting it', async () => {
      const shown = await subject.hosts.showHostKey(subject.server);
      expect(shown).toMatchObject({ server: subject.server, jump: null, state: 'trusted' });
      expect(shown.key).toMatch(/^ssh-ed25519 \S+$/u);
      expect(shown.fingerprint).toMatch(/^SHA256:/u);
      await expect(subject.hosts.showHostKey('no-such-server')).rejects.toMatchObject({
        name: 'PortError',
        kind: 'unknown',
      });
    });
  });
}

function firstOf(stream: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    stream.once('error', reject);
  });
}
