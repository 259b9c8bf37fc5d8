/** Makes diagnostics from the catalogue: the only way to one, so each has its words in both languages. */

import type { Sentence } from './catalogue/entry.ts';
import { CATALOGUE } from './catalogue/index.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { anyOf, type Language, type Localized } from './language.ts';

/** What a sentence is filled in with. A list is written out in the manner of each language. */
export type Parameter = string | number | Localized | readonly Parameter[];

type Catalogue = typeof CATALOGUE;
export type VariantOf<C extends DiagnosticCode> = keyof Catalogue[C]['messages'] & string;

/** The names in braces: `'x' | 'y'` of `'no {x} in {y}'`. */
type NamesIn<Text> = Text extends `${infer Before}{${infer Name}}${infer Rest}`
  ? Before extends `${string}$`
    ? NamesIn<Rest>
    : Name extends `"${string}`
      ? NamesIn<Rest>
      : Name | NamesIn<Rest>
  : never;

type EnglishOf<Said> = Said extends { readonly en: infer Text } ? Text : Said;
type TextsOf<S> = {
  [K in keyof S]: K extends 'message' | 'remedy' | 'expected' ? EnglishOf<S[K]> : never;
}[keyof S];
type NamesOf<S> = S extends unknown ? NamesIn<TextsOf<S>> : never;

/** A value for every name in the sentence, and nothing else. */
export type ParametersOf<C extends DiagnosticCode, V extends VariantOf<C>> =
  NamesOf<Catalogue[C]['messages'][V]> extends infer Names
    ? [Names] extends [never]
      ? Readonly<Record<string, never>>
      : { readonly [Name in Names & string]: Parameter }
    : never;

export interface Particulars {
  readonly place?: Place;
  /** The line that the place is on. */
  readonly excerpt?: string;
  readonly actual?: string;
  /** Known words that were probably meant: the remedy asks for them in place of its own. */
  readonly near?: readonly string[];
}

/** A diagnostic in the words of the catalogue. */
export function diagnose<C extends DiagnosticCode, V extends VariantOf<C>>(
  code: C,
  variant: V,
  parameters: ParametersOf<C, V>,
  { near = [], ...particulars }: Particulars = {},
): Diagnostic & { readonly code: C } {
  const { message, severity = 'error', ...rest } = sentenceOf(code, variant);
  const expected = rest.expected === undefined ? undefined : filled(rest.expected, parameters);
  const own = rest.remedy === undefined ? undefined : filled(rest.remedy, parameters);
  const remedy = near.length > 0 ? didYouMean(near) : own;
  return {
    code,
    severity,
    message: filled(message, parameters),
    ...(expected !== undefined && { expected }),
    ...(remedy !== undefined && { remedy }),
    ...particulars,
  };
}

function sentenceOf<C extends DiagnosticCode>(code: C, variant: VariantOf<C>): Sentence {
  const messages: Catalogue[C]['messages'] = CATALOGUE[code].messages;
  return messages[variant] as Sentence;
}

function didYouMean(words: readonly string[]): Localized {
  const { zh, en } = anyOf(words);
  return { zh: `您是否想写${zh}？`, en: `did you mean ${en}?` };
}

type Parameters = Readonly<Record<string, Parameter>>;

function filled(text: string | Localized, parameters: Parameters): Localized {
  const { zh, en } = typeof text === 'string' ? { zh: text, en: text } : text;
  return { zh: fill(zh, parameters, 'zh'), en: fill(en, parameters, 'en') };
}

/** A name in braces; a brace after `$` is the run sheet's own. */
const NAME = /(?<!\$)\{([A-Za-z]+)\}/gu;

function fill(text: string, parameters: Parameters, language: Language): string {
  return text.replace(NAME, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : shown(value, language);
  });
}

function shown(value: Parameter, language: Language): string {
  if (typeof value !== 'object') return String(value);
  if ('zh' in value) return value[language];
  return value.map((each) => shown(each, language)).join(language === 'zh' ? '、' : ', ');
}
