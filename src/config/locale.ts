import type { Language } from '../diagnostics/diagnostic.ts';
import type { Environment } from './environment.ts';

/** The language of the locale (LC_ALL, LC_MESSAGES, LANG); null: neither Chinese nor English. */
export function localeLanguage(environment: Environment): Language | null {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  if (locale.startsWith('zh')) return 'zh';
  return locale.startsWith('en') ? 'en' : null;
}
