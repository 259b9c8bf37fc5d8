/** Manifests as registries hold them: Docker's and OCI's, of one image or of several platforms. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringsOf } from './local-images.ts';

export const MEDIA = {
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  /** A release that runs as a process: one archive, and a configuration that holds its labels. */
  release: 'application/vnd.runsheet.release.v1',
  releaseConfig: 'application/vnd.runsheet.release.config.v1+json',
  releaseArchive: 'application/vnd.runsheet.release.archive.v1.tar+gzip',
} as const;

/** What a registry is asked for, the most telling first. */
export const ACCEPT = [MEDIA.index, MEDIA.dockerList, MEDIA.manifest, MEDIA.dockerManifest].join(
  ', ',
);

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ImageManifest {
  readonly kind: 'image';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly manifests: readonly (Descriptor & { readonly platform: string | null })[];
}

const DIGEST = /^sha256:[0-9a-f]{64}$/u;
const MOST_LAYERS = 10_000;

export function isDigest(reference: string): boolean {
  return DIGEST.test(reference);
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Read in pieces. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** @returns null where the text is neither */
export function readManifest(text: string): ImageManifest | ImageIndex | null {
  const value = parsed(text);
  if (fieldOf(value, 'schemaVersion') !== 2) return null;
  const list = fieldOf(value, 'manifests');
  if (Array.isArray(list)) {
    const manifests = list.slice(0, MOST_LAYERS).flatMap((each: unknown) => {
      const descriptor = readDescriptor(each);
      return descriptor === null ? [] : [{ ...descriptor, platform: platformOf(each) }];
    });
    return { kind: 'index', manifests };
  }
  const config = readDescriptor(fieldOf(value, 'config'));
  const layers = fieldOf(value, 'layers');
  if (config === null || !Array.isArray(layers) || layers.length > MOST_LAYERS) return null;
  const read = layers.map((each: unknown) => readDescriptor(each));
  const known = read.filter((each) => each !== null);
  if (known.length < read.length) return null;
  const annotations = stringsOf(fieldOf(value, 'annotations'));
  return { kind: 'image', config, layers: known, annotations };
}

/** The image of this platform; where there is none of it, the first that is one. */
export function choosePlatform(index: ImageIndex, platform: string): Descriptor | null {
  const images = imagesIn(index);
  return images.find((each) => each.platform === platform) ?? images[0] ?? null;
}

/** Those that an index has an image for, each once. */
export function platformsIn(index: ImageIndex): readonly string[] {
  return [...new Set(imagesIn(index).flatMap(({ platform }) => platform ?? []))];
}

/** Attestations stand beside the images, as images of an unknown platform. */
function imagesIn({ manifests }: ImageIndex): ImageIndex['manifests'] {
  return manifests.filter(({ platform }) => platform !== 'unknown/unknown');
}

export interface ImageConfig {
  readonly labels: Readonly<Record<string, string>>;
  /** null: a release's says none. */
  readonly platform: string | null;
  /** null: it says none, or one at which nobody can have built an image. */
  readonly createdAtMs: number | null;
}

/** When the first images were built: reproducible builds say a time long before. */
const FIRST_IMAGES_MS = Date.UTC(2013, 0, 1);

/** What an image's, or a release's, configuration says. */
export function readImageConfig(text: string): ImageConfig {
  const config = parsed(text);
  const created = fieldOf(config, 'created');
  const createdAtMs = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return {
    labels: stringsOf(fieldOf(fieldOf(config, 'config'), 'Labels')),
    platform: platformOf({ platform: config }),
    createdAtMs: createdAtMs >= FIRST_IMAGES_MS ? createdAtMs : null,
  };
}

/** The configuration of a release; labels in the order of their names: the same labels, the same bytes. */
export function writeReleaseConfig(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ config: { Labels: sorted } });
}

/** The manifest of a release. Its sha256 is the release's digest. */
export function writeReleaseManifest(
  config: string,
  archive: { readonly digest: string; readonly sizeBytes: number },
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    artifactType: MEDIA.release,
    config: {
      mediaType: MEDIA.releaseConfig,
      digest: digestOf(config),
      size: Buffer.byteLength(config),
    },
    layers: [{ mediaType: MEDIA.releaseArchive, digest: archive.digest, size: archive.sizeBytes }],
  });
}

function readDescriptor(value: unknown): Descriptor | null {
  const digest = fieldOf(value, 'digest');
  const size = fieldOf(value, 'size');
  const mediaType = fieldOf(value, 'mediaType');
  if (typeof digest !== 'string' || !isDigest(digest)) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  return { digest, size, mediaType: typeof mediaType === 'string' ? mediaType : '' };
}

function platformOf(value: unknown): string | null {
  const platform = fieldOf(value, 'platform');
  const os = fieldOf(platform, 'os');
  const architecture = fieldOf(platform, 'architecture');
  return typeof os === 'string' && typeof architecture === 'string'
    ? `${os}/${architecture}`
    : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
