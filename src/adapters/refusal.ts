import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { PortError, type PortErrorKind, type Said } from '../ports/port-error.ts';

/** A port's error in the words of the catalogue: its name, then a sentence; the remedy is another. */
export function refusal(
  kind: PortErrorKind,
  subject: string,
  { code, message, remedy = NOTHING }: Diagnostic,
  options?: ErrorOptions,
): PortError {
  const zh: Said = {
    message: `${code}: ${message.zh}。`,
    remedy: remedy.zh === '' ? '' : `${remedy.zh}。`,
  };
  const next = asSentence(remedy.en);
  return new PortError(kind, subject, `${code}: ${message.en}.`, next, { ...options, zh });
}

const NOTHING = { zh: '', en: '' };

/** A catalogue's text begins in lower case and has no stop. */
function asSentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
