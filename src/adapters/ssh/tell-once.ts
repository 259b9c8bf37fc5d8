import type { Localized } from '../../diagnostics/language.ts';

/** @returns tells each text the first time only */
export function tellOnce(tell: (text: Localized) => void): (text: Localized) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text.en)) return;
    told.add(text.en);
    tell(text);
  };
}
