import { access, readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure, refusal } from '../refusal.ts';

/** What is kept beside a built archive until it is pushed. */
export interface LocalImage {
  /** File that holds it. */
  readonly archive: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `shipping-quotes/v2-production`, the same in each activity of a run; below the builds folder. */
export function localReferenceOf(repository: string, tag: string): string {
  return `${repository}/${tag}`;
}

export function archiveFile(buildsFolder: string, localReference: string): string {
  return `${inside(buildsFolder, localReference)}.tar.gz`;
}

export function labelsFile(buildsFolder: string, localReference: string): string {
  return `${inside(buildsFolder, localReference)}.labels.json`;
}

/** @throws PortError `not-found` where it was built on another worker, or never */
export async function readLocalImage(
  buildsFolder: string,
  localReference: string,
): Promise<LocalImage> {
  try {
    const labels: unknown = JSON.parse(
      await readFile(labelsFile(buildsFolder, localReference), 'utf8'),
    );
    const archive = archiveFile(buildsFolder, localReference);
    await access(archive);
    return { archive, labels: stringsOf(labels) };
  } catch (error) {
    if (error instanceof PortError) throw error;
    const diagnostic = diagnose('NOT_FOUND', 'registryNotBuilt', { reference: localReference });
    throw failure(localReference, diagnostic, { cause: error });
  }
}

/** Keeps what has a text as its value. */
export function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function inside(folder: string, name: string): string {
  if (isAbsolute(name) || normalize(name).split(/[/\\]/).includes('..')) {
    const named = { path: JSON.stringify(name) };
    throw refusal('refused', name, diagnose('PATH_OUTSIDE_PROJECT', 'builds', named));
  }
  return join(folder, name);
}
