/** Which image the document names: by tag, by digest, or by a whole name of the project's own. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { RunRef } from '../../plan/run.ts';
import { diagnosed } from '../failures.ts';

export interface NamedImage {
  /** null: it is named by its digest alone. */
  readonly tag: string | null;
  /** What the registry is asked for; a digest wins over a tag. */
  readonly reference: string;
}

/** Where this project's images are. */
export interface ImagePlace {
  readonly repository: string;
  /** By which a name may say so. */
  readonly hosts: readonly string[];
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;
const DIGEST = /^sha256:[0-9a-f]{64}$/u;
const LONGEST = 400;

/**
 * `v1.2.3`, `sha256:…`, `team/app:v1.2.3`, `registry.example.com/team/app:v1.2.3@sha256:…`.
 * @throws ApplicationFailure BAD_PARAMETER where it is none of these, FOREIGN_IMAGE where it is another
 * repository's
 */
export function readReference(run: RunRef, text: string, place: ImagePlace): NamedImage {
  if (text.length > LONGEST) throw unreadable(run, `${text.slice(0, LONGEST)}…`);
  if (DIGEST.test(text)) return { tag: null, reference: text };
  if (TAG.test(text)) return { tag: text, reference: text };
  const { name = '', tag, digest } = WHOLE.exec(text)?.groups ?? {};
  if (name === '' || (tag === undefined && digest === undefined)) throw unreadable(run, text);
  const { repository, hosts } = place;
  const ours = [repository, ...hosts.map((host) => `${host}/${repository}`)];
  if (!ours.includes(name)) throw foreign(run, name, ours);
  return { tag: tag ?? null, reference: digest ?? tag ?? '' };
}

/** The colon of a port stands before a slash. */
const WHOLE =
  /^(?<name>[A-Za-z0-9][A-Za-z0-9._:/-]*?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/u;

function unreadable(run: RunRef, text: string): Error {
  return diagnosed(run, diagnose('BAD_PARAMETER', 'image', { value: JSON.stringify(text) }));
}

function foreign(run: RunRef, name: string, ours: readonly string[]): Error {
  const [, own = ''] = ours;
  return diagnosed(run, diagnose('FOREIGN_IMAGE', 'repository', { name, own }));
}
