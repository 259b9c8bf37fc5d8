import type { Severity } from './catalogue/entry.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Localized } from './language.ts';

export type { Severity } from './catalogue/entry.ts';
export type { Language, Localized } from './language.ts';

/** A stretch of a text file. Lines and columns count from 1, in UTF-16 units as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/**
 * Something to tell the person who wrote a template, a request or a project file.
 * A value, never thrown: renderers turn it into a terminal excerpt or JSON. `diagnose` makes it.
 */
export interface Diagnostic {
  /** Stable upper-case name, for example UNKNOWN_PHRASE. */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: Localized;
  readonly place?: Place;
  /** Source line(s) that the place points at, copied so that rendering needs no file. */
  readonly excerpt?: string;
  readonly expected?: Localized;
  readonly actual?: string;
  /** What to do next. */
  readonly remedy?: Localized;
}
