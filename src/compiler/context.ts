/** What every pass reports to: the diagnostics, and what each line of the document became. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../diagnostics/diagnostic.ts';
import { excerptOf, lineOf, placeOf, type Source, type Span } from './parse/source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A file of a thousand mistakes is one mistake: beyond this many nothing more is kept. */
const MOST_DIAGNOSTICS = 200;

export interface Context {
  readonly source: Source;
  readonly vocabulary: Vocabulary;
  readonly diagnostics: Diagnostic[];
  /** Problems found beyond those that are kept. */
  dropped: number;
  readonly claims: Map<number, Claim>;
}

/** What a line of a document can be. */
export type ExplainKind =
  | 'heading'
  | 'metadata'
  | 'parameter'
  | 'step'
  | 'label'
  | 'action'
  | 'criterion'
  | 'setting'
  | 'skip rule'
  | 'branch'
  | 'approval rule'
  | 'notification'
  | 'rollback range'
  | 'success rule'
  | 'metric'
  | 'example'
  | 'prose'
  | 'fence'
  | 'blank'
  | 'problem'
  | 'default';

export interface Claim {
  readonly kind: ExplainKind;
  readonly became: Localized;
}

export function createContext(source: Source, vocabulary: Vocabulary): Context {
  return { source, vocabulary, diagnostics: [], dropped: 0, claims: new Map() };
}

/** Whether there is a pool, as far as it is known. */
export function hasPool({ vocabulary }: Context): boolean {
  return vocabulary.withoutPool === undefined;
}

/** Keeps a diagnostic, with the place and the line of a span. */
export function report(context: Context, span: Span, diagnostic: Diagnostic): void {
  // Many warnings must not hide that there is an error: a template with one never compiles.
  const isNews = diagnostic.severity === 'error' && !hasError(context);
  if (isFull(context) && !isNews) {
    context.dropped += 1;
    return;
  }
  const place = placeOf(context.source, span);
  const excerpt = excerptOf(context.source, place.line);
  context.diagnostics.push({ ...diagnostic, place, excerpt });
}

/** The diagnostics in the document's order, closed by the number of those that were not kept. */
export function diagnosticsOf({ diagnostics, dropped }: Context): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort(byPlace);
  if (dropped === 0) return sorted;
  return [...sorted, diagnose('TOO_LARGE', 'moreProblems', { count: dropped })];
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return orderOf(a) - orderOf(b);
}

/** Lines are shorter than a million characters. */
function orderOf({ place }: Diagnostic): number {
  return place === undefined ? 0 : place.line * 1e6 + place.column;
}

/** Whether anything so far is wrong. */
export function hasErrors(context: Context): boolean {
  return context.diagnostics.some(({ severity }) => severity === 'error');
}

/** Whether nothing more is kept, so that looking for suggestions would be in vain. */
export function isFull(context: Context): boolean {
  return context.diagnostics.length >= MOST_DIAGNOSTICS;
}

function hasError(context: Context): boolean {
  return context.diagnostics.some((each) => each.severity === 'error');
}

/** Says what the line that holds an offset became. The first to say so is right. */
export function claim(
  context: Context,
  offset: number,
  kind: ExplainKind,
  became: Localized,
): void {
  const line = lineOf(context.source, offset);
  if (!context.claims.has(line)) context.claims.set(line, { kind, became });
}

/** Says it anew, where a later line of the document changed what this one became. */
export function reclaim(
  context: Context,
  offset: number,
  kind: ExplainKind,
  became: Localized,
): void {
  context.claims.set(lineOf(context.source, offset), { kind, became });
}

/** Adds to what a line became, for what a later pass knows of it. */
export function extendClaim(context: Context, offset: number, more: Localized): void {
  const line = lineOf(context.source, offset);
  const claimed = context.claims.get(line);
  if (claimed === undefined) return;
  const { zh, en } = claimed.became;
  const became = { zh: `${zh}${more.zh}`, en: `${en}${more.en}` };
  context.claims.set(line, { ...claimed, became });
}
