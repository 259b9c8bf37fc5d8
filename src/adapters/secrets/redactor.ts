import { hidePrivateKeys } from './private-keys.ts';
import { hideWebTokens } from './web-tokens.ts';

/** Takes secrets out of text before it is kept or shown. */
export interface Redactor {
  /** Remembers a value; values under six characters are too common to be found in a text. */
  add(value: string): void;
  redact(text: string): string;
}

const SHORTEST = 6;
const REDACTED = '[REDACTED]';

/**
 * What looks like a credential wherever it stands: tokens of well-known forms, passwords in
 * addresses, and the values of settings whose name says that they are secret. None of the patterns
 * may take more than linear time: a program may print anything.
 */
const PATTERNS: readonly { readonly pattern: RegExp; readonly replacement: string }[] = [
  { pattern: /\b(xox[abeoprs]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,})/g, replacement: REDACTED },
  { pattern: /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g, replacement: REDACTED },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replacement: REDACTED },
  { pattern: /\bnpm_[A-Za-z0-9]{30,}/g, replacement: REDACTED },
  {
    pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,200}):[^\s/@<>"']{1,500}@/gi,
    replacement: `$1:${REDACTED}@`,
  },
  { pattern: /\b((?:Bearer|Basic)\s+)[A-Za-z0-9+/._~=-]{8,}/gi, replacement: `$1${REDACTED}` },
  {
    pattern:
      /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)["']?\s*[=:]\s*["']?)(?!\[REDACTED\]|secret:\/\/|\/\/)[^\s"',;<>&]{6,}/gi,
    replacement: `$1${REDACTED}`,
  },
];

export function createRedactor(): Redactor {
  const known = new Set<string>();
  const add = (value: string): void => {
    for (const line of [value, ...value.split('\n')]) {
      if (line.trim().length >= SHORTEST) known.add(line);
    }
  };
  return {
    add,
    redact(text) {
      let result = text;
      const longestFirst = [...known].sort((a, b) => b.length - a.length);
      for (const value of longestFirst) result = result.replaceAll(value, REDACTED);
      result = hideWebTokens(hidePrivateKeys(result, REDACTED), REDACTED);
      for (const { pattern, replacement } of PATTERNS)
        result = result.replace(pattern, replacement);
      return result;
    },
  };
}
