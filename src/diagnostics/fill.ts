/** Puts values in place of the names in a text of the catalogue. */
import type { Language, Localized } from './language.ts';

/** What a sentence is filled in with. A list is written out in the manner of each language. */
export type Parameter = string | number | Localized | readonly Parameter[];

export type Parameters = Readonly<Record<string, Parameter>>;

/** A name in braces; a brace after `$` is the run sheet's own. */
const NAME = /(?<!\$)\{([A-Za-z]+)\}/gu;

export function fill(text: string, parameters: Parameters, language: Language): string {
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
