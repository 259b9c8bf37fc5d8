import { createHash } from 'node:crypto';

/** What a tag names: one archive, and what it says about itself. Its sha256 is the image's digest. */
export interface Manifest {
  readonly archive: { readonly digest: string; readonly sizeBytes: number };
  readonly labels: Readonly<Record<string, string>>;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(reference: string): boolean {
  return DIGEST.test(reference);
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Labels in the order of their names: the same image, the same bytes. */
export function writeManifest({ archive, labels }: Manifest): string {
  const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({
    archive: { digest: archive.digest, sizeBytes: archive.sizeBytes },
    labels: sorted,
  });
}

/** @returns null where the text is no manifest */
export function readManifest(text: string): Manifest | null {
  try {
    const { archive, labels } = JSON.parse(text) as Partial<Manifest>;
    if (archive === undefined || !isDigest(archive.digest) || !Number.isInteger(archive.sizeBytes))
      return null;
    return { archive, labels: labels ?? {} };
  } catch {
    return null;
  }
}
