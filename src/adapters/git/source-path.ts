import { stat } from 'node:fs/promises';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { pathInside } from '../artifacts/safe-path.ts';
import { failure, refusal } from '../refusal.ts';

/** What resolves a version to a pinned source; the same fields as `source:` in runsheet.yaml. */
export interface SourceLocation {
  readonly projectFolder: string;
  /** Relative to the project folder; may hold `${version}`. */
  readonly path: string;
}

const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** @throws PortError `invalid` (BAD_PARAMETER) for what is no version: options, paths, spaces */
export function checkVersion(version: string): void {
  if (VERSION.test(version) && !version.includes('..')) return;
  const named = { value: JSON.stringify(version) };
  throw refusal('invalid', 'version', diagnose('BAD_PARAMETER', 'version', named));
}

/** Puts the version where a path or a tag says `${version}`. */
export function fillVersion(text: string, version: string): string {
  return text.replaceAll('${version}', version);
}

/** null: there is none of this name. @throws PortError `refused` where it leaves the project */
export async function folderNamed(
  { projectFolder }: SourceLocation,
  name: string,
): Promise<string | null> {
  const path = await pathInside(projectFolder, name);
  const status = await stat(path).catch(() => null);
  return status?.isDirectory() === true ? path : null;
}

/**
 * The folder that a version's source is in.
 * @throws PortError `not-found` where there is none, `refused` where it leaves the project
 */
export async function sourceFolder(location: SourceLocation, version: string): Promise<string> {
  checkVersion(version);
  const name = fillVersion(location.path, version);
  const path = await folderNamed(location, name);
  if (path !== null) return path;
  throw failure(
    version,
    location.path.includes('${version}')
      ? diagnose('NOT_FOUND', 'sourceNoVersion', { version, folder: name })
      : diagnose('NOT_FOUND', 'sourceNoFolder', { folder: name }),
  );
}
