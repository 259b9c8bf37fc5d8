import { PortError } from '../../ports/port-error.ts';
import type { Registry, RegistryImage } from '../../ports/registry.ts';
import { digestOf, writeReleaseConfig, writeReleaseManifest } from './oci-manifest.ts';

export interface FakeRegistry extends Registry {
  /** What a builder would have left on the worker, by local reference. */
  built(localReference: string, content: string, labels: Readonly<Record<string, string>>): void;
}

/** A registry in memory, with the real one's digests. */
export function createFakeRegistry(): FakeRegistry {
  const local = new Map<string, RegistryImage>();
  const images = new Map<string, RegistryImage>();
  return {
    built(localReference, content, labels) {
      const archive = { digest: digestOf(content), sizeBytes: Buffer.byteLength(content) };
      const digest = digestOf(writeReleaseManifest(writeReleaseConfig(labels), archive));
      local.set(localReference, { digest, labels, sizeBytes: archive.sizeBytes });
    },
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
