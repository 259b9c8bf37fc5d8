/** Debian's registry, open, behind a password and behind tokens: one client for all. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import { createOciRegistry } from '../../../src/adapters/registry/oci-registry.ts';
import { describeRegistryContract } from '../../contracts/registry.ts';
import { type Guard, LOGIN, startOwnRegistry } from './support/registry.ts';

async function subjectOf(guard: Guard) {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-registry-'));
  const buildsFolder = join(folder, 'builds');
  const builder = createArchiveBuilder({ buildsFolder });
  const server = await startOwnRegistry(guard);
  const registry = createOciRegistry({
    url: server.url,
    buildsFolder,
    ...(guard !== 'open' && { login: async () => LOGIN }),
  });
  return {
    folder,
    server,
    registry,
    async build(tag: string, content: string, labels: Readonly<Record<string, string>>) {
      const context = join(folder, 'context');
      await mkdir(context, { recursive: true });
      await writeFile(join(context, 'app.js'), content);
      const request = { context, include: [], repository: 'team/app', tag, labels };
      return (await builder.build(request)).localReference;
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describeRegistryContract('OCI, a real registry', () => subjectOf('open'));
describeRegistryContract('OCI, a real registry behind a password', () => subjectOf('password'));
describeRegistryContract('OCI, a real registry behind tokens', () => subjectOf('tokens'));

describe('a real registry', () => {
  it('gives a release back, byte for byte', async () => {
    const subject = await subjectOf('tokens');
    const local = await subject.build('v1', 'content', { a: '1' });
    const { digest } = await subject.registry.push(local, 'team/app', 'v1');
    const file = join(subject.folder, 'fetched.tar.gz');
    await subject.registry.fetch('team/app', digest, file);
    const built = await readFile(join(subject.folder, 'builds', `${local}.tar.gz`));
    expect((await readFile(file)).equals(built)).toBe(true);
    // One to look, one to push: neither is asked for twice.
    expect(subject.server.tokens()).toBe(2);
    await subject.close();
  });

  it.each(['password', 'tokens'] as const)(
    'refuses who has another password (%s)',
    async (guard) => {
      const server = await startOwnRegistry(guard);
      const wrong = { ...LOGIN, password: 'wrong-secret' };
      const registry = createOciRegistry({
        url: server.url,
        buildsFolder: tmpdir(),
        login: async () => wrong,
      });
      for (const ask of [
        () => registry.mayUse('team/app', 'pull'),
        () => registry.resolve('team/app', 'v1'),
      ]) {
        const refused = await ask().catch((error: unknown) => error);
        expect(refused).toMatchObject({
          kind: 'refused',
          message: expect.stringMatching(/^REGISTRY_DENIED: /u),
        });
        expect(String(refused)).not.toContain('wrong-secret');
      }
      await server.close();
    },
  );
});
