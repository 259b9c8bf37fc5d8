import { PortError } from '../../ports/port-error.ts';
import type { Registry, RegistryImage } from '../../ports/registry.ts';
import { digestOf, writeReleaseConfig, writeReleaseManifest } from './oci-manifest.ts';

export interface FakeRegistry extends Registry {
  /** What a builder would have left on the worker, by local reference. */
  built(localReference: string, content: string, labels: Readonly<Record<string, string>>): void;
  /** What CI would have pushed. @returns its digest */
  holds(repository: string, tag: string, image: Partial<Omit<RegistryImage, 'digest'>>): string;
  /** As a registry that removes what is old. */
  forgets(repository: string, digest: string): void;
}

const RELEASE = { labels: {}, platforms: [], createdAtMs: null, sizeBytes: 1 } as const;

/** A registry in memory, with the real one's digests. */
export function createFakeRegistry(): FakeRegistry {
  const local = new Map<string, RegistryImage>();
  const images = new Map<string, RegistryImage>();
  return {
    built(localReference, content, labels) {
      const archive = { digest: digestOf(content), sizeBytes: Buffer.byteLength(content) };
      const digest = digestOf(writeReleaseManifest(writeReleaseConfig(labels), archive));
      local.set(localReference, { ...RELEASE, digest, labels, sizeBytes: archive.sizeBytes });
    },
    holds(repository, tag, image) {
      const digest = digestOf(JSON.stringify([repository, tag, image]));
      const held = { ...RELEASE, ...image, digest };
      images.set(`${repository}/${tag}`, held);
      images.set(`${repository}/${digest}`, held);
      return digest;
    },
    forgets(repository, digest) {
      images.delete(`${repository}/${digest}`);
    },
    hosts: ['registry.test:5000'],
    ping: () => Promise.resolve(),
    async push(localReference, repository, tag) {
      const image = local.get(localReference);
      if (image === undefined) {
        const message = `There is no built archive ${localReference}.`;
        throw new PortError('not-found', localReference, message, 'Build it again.');
      }
      images.set(`${repository}/${tag}`, image);
      images.set(`${repository}/${image.digest}`, image);
      return { digest: image.digest };
    },
    async resolve(repository, reference) {
      return images.get(`${repository}/${reference}`) ?? null;
    },
  };
}
