import { PortError } from '../../ports/port-error.ts';
import type { Registry, RegistryImage, RegistryRight } from '../../ports/registry.ts';
import { digestOf, writeReleaseConfig, writeReleaseManifest } from './oci-manifest.ts';

export interface FakeRegistry extends Registry {
  /** What a builder would have left on the worker, by local reference. */
  built(localReference: string, content: string, labels: Readonly<Record<string, string>>): void;
  /** What CI would have pushed. @returns its digest */
  holds(repository: string, tag: string, image: Partial<Omit<RegistryImage, 'digest'>>): string;
  /** As a registry that lets our user do less. */
  denies(right: RegistryRight): void;
  /** As a registry that removes what is old. */
  forgets(repository: string, digest: string): void;
}

const RELEASE = { labels: {}, platforms: [], createdAtMs: null, sizeBytes: 1 } as const;

/** A registry in memory, with the real one's digests. */
export function createFakeRegistry(): FakeRegistry {
  const local = new Map<string, RegistryImage>();
  const images = new Map<string, RegistryImage>();
  const denied = new Set<RegistryRight>();
  return {
    denies(right) {
      denied.add(right);
    },
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
    async mayUse(repository, right) {
      if (denied.has(right)) throw mayNot(repository, right);
    },
    async push(localReference, repository, tag) {
      if (denied.has('push')) throw mayNot(repository, 'push');
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
      if (denied.has('pull')) throw mayNot(repository, 'pull');
      return images.get(`${repository}/${reference}`) ?? null;
    },
  };
}

function mayNot(repository: string, right: RegistryRight): PortError {
  const message = `REGISTRY_DENIED: the registry does not let the worker ${right} ${repository}.`;
  return new PortError('refused', 'registry.test:5000', message, 'Let its user do that.');
}
