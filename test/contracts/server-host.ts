import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerHost, ServerHosts } from '../../src/ports/server-host.ts';

export interface ServerHostSubject {
  readonly hosts: ServerHosts;
  readonly server: string;
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
  });
}
