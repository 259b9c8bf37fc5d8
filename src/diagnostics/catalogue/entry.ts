/** What the catalogue holds of each code. Data only: nothing here runs. */
import type { Localized } from '../language.ts';

export type Severity = 'error' | 'warning' | 'hint';

/**
 * Texts with `{name}` where a parameter goes. A brace after `$` stands for itself, as in the
 * `${version}` of run sheets, and so does one before a quote, as in JSON.
 */
export interface Sentence {
  readonly message: Localized;
  /** What to do next. */
  readonly remedy?: Localized;
  /** The form of what belongs there; one text where it is in no language. */
  readonly expected?: string | Localized;
  /** An error where it is not said. */
  readonly severity?: Severity;
}

export interface Entry {
  /** What the code stands for: the documentation begins with it. */
  readonly meaning: Localized;
  readonly messages: Sentences;
}

export type Sentences = Readonly<Record<string, Sentence>>;

/** What one topic has to say of failures without a name of their own, under the names of their kinds. */
export type ByKind = Readonly<
  Partial<
    Record<
      'UNAVAILABLE' | 'UNREACHABLE' | 'NOT_FOUND' | 'REFUSED' | 'CONFLICT' | 'INVALID',
      Sentences
    >
  >
>;

export type Entries = Readonly<Record<string, Entry>>;
