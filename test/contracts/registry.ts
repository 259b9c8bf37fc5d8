import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/ports/registry.ts';

export interface RegistrySubject {
  readonly registry: Registry;
  /** Builds an image of this content; gives what push takes. */
  build(tag: string, content: string, labels: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export function describeRegistryContract(name: string, make: () => Promise<RegistrySubject>): void {
  describe(`Registry: ${name}`, () => {
    let subject: RegistrySubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());

    const push = async (content: string, labels: Record<string, string> = { a: '1' }) =>
      subject.registry.push(await subject.build('v1', content, labels), 'team/app', 'v1');

    it('answers to tag and digest with the image that was pushed', async () => {
      const { digest } = await push('one');
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
      const image = await subject.registry.resolve('team/app', 'v1');
      expect(image).toEqual({
        digest,
        labels: { a: '1' },
        platforms: [],
        createdAtMs: null,
        sizeBytes: expect.any(Number),
      });
      expect(image?.sizeBytes).toBeGreaterThan(0);
      expect(await subject.registry.resolve('team/app', digest)).toEqual(image);
    });

    it('says under which hosts its images are named', () => {
      for (const host of subject.registry.hosts) expect(host).toMatch(/^[a-z0-9.-]+(?::\d+)?$/u);
      expect(subject.registry.hosts.length).toBeGreaterThan(0);
    });

    it('says that a repository may be used that is not there yet, and does not make it', async () => {
      await expect(subject.registry.mayUse('team/new', 'pull')).resolves.toBeUndefined();
      await expect(subject.registry.mayUse('team/new', 'push')).resolves.toBeUndefined();
      expect(await subject.registry.resolve('team/new', 'latest')).toBeNull();
    });

    it('follows a tag that is moved, and keeps what it named before', async () => {
      const former = (await push('one')).digest;
      const later = (await push('two')).digest;
      expect((await subject.registry.resolve('team/app', 'v1'))?.digest).toBe(later);
      expect((await subject.registry.resolve('team/app', former))?.digest).toBe(former);
    });

    it('gives one digest to one image, and others to other content or labels', async () => {
      const { digest } = await push('one');
      expect((await push('one')).digest).toBe(digest);
      expect((await push('two')).digest).not.toBe(digest);
      expect((await push('one', { a: '2' })).digest).not.toBe(digest);
      expect((await subject.registry.resolve('team/app', digest))?.labels).toEqual({ a: '1' });
    });

    it('has null for what it does not hold', async () => {
      await push('one');
      expect(await subject.registry.resolve('team/app', 'v9')).toBeNull();
      expect(await subject.registry.resolve('team/other', 'v1')).toBeNull();
    });

    it('says where nothing was built', async () => {
      const pushed = subject.registry.push('team/app/v9', 'team/app', 'v9');
      await expect(pushed).rejects.toMatchObject({ name: 'PortError', kind: 'not-found' });
    });
  });
}
