/** One sentence in both first-class languages; a renderer picks one. */
export interface Localized {
  readonly zh: string;
  readonly en: string;
}

export type Language = 'zh' | 'en';

/** A stretch of a text file. Lines and columns count from 1, in UTF-16 units as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export type Severity = 'error' | 'warning' | 'hint';

/**
 * Something to tell the person who wrote a template, a request or a project file.
 * A value, never thrown: renderers turn it into a terminal excerpt or JSON.
 */
export interface Diagnostic {
  /** Stable upper-case name, for example UNKNOWN_PHRASE; see codes.ts. */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: Localized;
  readonly place?: Place;
  /** Source line(s) that the place points at, copied so that rendering needs no file. */
  readonly excerpt?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** What to do next. */
  readonly remedy?: Localized;
}

import type { DiagnosticCode } from './codes.ts';
