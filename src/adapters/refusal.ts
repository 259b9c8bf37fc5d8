/** Errors of ports, in the words of the catalogue and in both languages. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Localized } from '../diagnostics/language.ts';
import { PortError, type PortErrorKind, type Said } from '../ports/port-error.ts';

/** A port's error that has a name: the name, then a sentence; the remedy is another. */
export function refusal(
  kind: PortErrorKind,
  subject: string,
  diagnostic: Diagnostic,
  options?: ErrorOptions,
): PortError {
  return portError(kind, subject, `${diagnostic.code}: `, diagnostic, options);
}

/** Codes that say no more than the kind does. */
const KIND_OF = {
  UNAVAILABLE: 'unavailable',
  UNREACHABLE: 'unreachable',
  NOT_FOUND: 'not-found',
  REFUSED: 'refused',
  CONFLICT: 'conflict',
  INVALID: 'invalid',
} as const satisfies Readonly<Record<string, PortErrorKind>>;

/** A port's error without a name of its own: its sentence stands alone. */
export function failure(
  subject: string,
  diagnostic: Diagnostic & { readonly code: keyof typeof KIND_OF },
  options?: ErrorOptions,
): PortError {
  return portError(KIND_OF[diagnostic.code], subject, '', diagnostic, options);
}

/** The same error with one more sentence, which ends with its stop in both languages. */
export function withMore(error: PortError, more: Localized, subject = error.subject): PortError {
  const { kind, message, remedy, zh } = error;
  return new PortError(kind, subject, `${message} ${more.en}`, remedy, {
    cause: error,
    ...(zh !== null && { zh: { ...zh, message: `${zh.message}${more.zh}` } }),
  });
}

/** What a program said, as it stands within a sentence: on one line, bounded, without its stop. */
export function phrase(text: string, mostCharacters = 1_000): string {
  return text
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, mostCharacters)
    .replace(/(?<!\.)\.$/u, '');
}

const NOTHING = { zh: '', en: '' };

function portError(
  kind: PortErrorKind,
  subject: string,
  name: string,
  { message, remedy = NOTHING }: Diagnostic,
  options?: ErrorOptions,
): PortError {
  const zh: Said = {
    message: `${name}${message.zh}。`,
    remedy: remedy.zh === '' ? '' : `${remedy.zh}。`,
  };
  return new PortError(kind, subject, `${name}${message.en}.`, asSentence(remedy.en), {
    ...options,
    zh,
  });
}

/** A remedy begins in lower case and has no stop. */
function asSentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
