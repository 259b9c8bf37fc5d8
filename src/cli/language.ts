/** Which language a command speaks: `--lang`, else the locale's, else what the caller knows. */
import { environmentOfProcess } from '../config/environment.ts';
import type { Language } from '../diagnostics/diagnostic.ts';

export interface LanguageOption {
  readonly lang?: string;
}

/** @param fallback where neither says: the template's language, or English */
export function languageOf(options: LanguageOption, fallback: Language = 'en'): Language {
  return asLanguage(options.lang) ?? localeLanguage() ?? fallback;
}

/** For help, which is made before options are read. @param argv what was typed after the program's name */
export function languageOfArguments(argv: readonly string[]): Language {
  const at = argv.indexOf('--lang');
  const joined = argv.find((each) => each.startsWith('--lang='))?.slice('--lang='.length);
  return languageOf({ lang: joined ?? (at < 0 ? '' : (argv[at + 1] ?? '')) });
}

/** One of two texts written as `中文 · English`; a text without the mark is both. */
export function half(text: string, language: Language): string {
  const at = text.indexOf(' · ');
  if (at < 0) return text;
  return language === 'zh' ? text.slice(0, at) : text.slice(at + 3);
}

/** null: not one of the two. */
export function asLanguage(text: string | undefined): Language | null {
  return text === 'zh' || text === 'en' ? text : null;
}

/** What the locale says; null: neither Chinese nor English. */
export function localeLanguage(): Language | null {
  const environment = environmentOfProcess();
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  if (locale.startsWith('zh')) return 'zh';
  return locale.startsWith('en') ? 'en' : null;
}
