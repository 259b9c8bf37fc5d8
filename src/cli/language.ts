/** Which language a command speaks: `--lang`, else the locale's, else what the caller knows. */
import { environmentOfProcess } from '../config/environment.ts';
import { localeLanguage } from '../config/locale.ts';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';

export interface LanguageOption {
  readonly lang?: string;
}

/** Gives a text in the language that was chosen; a text that lacks one of the two does not compile. */
export type Say = (text: Localized) => string;

export function sayIn(language: Language): Say {
  return (text) => text[language];
}

/** @param fallback where neither says: the run sheet's language, or English */
export function languageOf(options: LanguageOption, fallback: Language = 'en'): Language {
  return chosenLanguage(options) ?? fallback;
}

/** null: neither `--lang` nor the locale says. */
export function chosenLanguage({ lang }: LanguageOption): Language | null {
  return asLanguage(lang) ?? localeLanguage(environmentOfProcess());
}

/** For help, which is made before options are read. @param argv what was typed after the program's name */
export function languageOfArguments(argv: readonly string[]): Language {
  const at = argv.indexOf('--lang');
  const joined = argv.find((each) => each.startsWith('--lang='))?.slice('--lang='.length);
  return languageOf({ lang: joined ?? (at < 0 ? '' : (argv[at + 1] ?? '')) });
}

/** null: not one of the two. */
export function asLanguage(text: string | undefined): Language | null {
  return text === 'zh' || text === 'en' ? text : null;
}
