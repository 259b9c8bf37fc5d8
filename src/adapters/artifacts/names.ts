/** What runs and artifacts may be called, and how large they may be: the same in every store. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { failure, refusal } from '../refusal.ts';

const REFERENCE = /^artifact:([A-Za-z0-9][A-Za-z0-9_-]{0,127})\/(.+)$/s;
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
/** Of one artifact. */
export const LARGEST_BYTES = 64 * 1024 * 1024;

export interface ArtifactName {
  readonly requestId: string;
  readonly name: string;
}

export function referenceOf({ requestId, name }: ArtifactName): string {
  return `artifact:${requestId}/${name}`;
}

export function isRequestId(text: string): boolean {
  return REQUEST_ID.test(text);
}

/** @throws PortError `invalid` for what is no reference, `refused` as `checked` */
export function parseReference(reference: string): ArtifactName {
  const [, requestId, name] = REFERENCE.exec(reference) ?? [];
  if (requestId === undefined || name === undefined) {
    const named = { reference: JSON.stringify(reference) };
    throw failure('artifacts', diagnose('INVALID', 'artifactReference', named));
  }
  return checked(requestId, name);
}

/** @throws PortError `refused`, PATH_OUTSIDE_PROJECT, for a run or a name that could lead elsewhere */
export function checked(requestId: string, name: string): ArtifactName {
  return { requestId: checkedRun(requestId), name: checkedName(name) };
}

export function checkedRun(requestId: string): string {
  if (isRequestId(requestId)) return requestId;
  const named = { id: JSON.stringify(requestId) };
  throw refusal('refused', 'artifacts', diagnose('PATH_OUTSIDE_PROJECT', 'runFolder', named));
}

export function checkedName(name: string): string {
  const parts = name.split('/');
  if (!name.includes('\0') && parts.every((part) => !['', '.', '..'].includes(part))) return name;
  const named = { path: JSON.stringify(name) };
  throw refusal('refused', name, diagnose('PATH_OUTSIDE_PROJECT', 'folder', named));
}

/** @throws PortError `invalid`, TOO_LARGE */
export function checkedContent(name: string, content: Buffer | string): Buffer {
  const bytes = Buffer.byteLength(content);
  if (bytes <= LARGEST_BYTES) return Buffer.from(content);
  const named = { name, bytes, limit: LARGEST_BYTES };
  throw refusal('invalid', name, diagnose('TOO_LARGE', 'artifact', named));
}
