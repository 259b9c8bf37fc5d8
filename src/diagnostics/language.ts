export type Language = 'zh' | 'en';

/** One sentence in both first-class languages; whoever shows it picks one. */
export interface Localized {
  readonly zh: string;
  readonly en: string;
}

/** The sentence in the language of a run, or of whoever typed a command. */
export function say(reader: { readonly language: Language }, zh: string, en: string): string {
  return reader.language === 'zh' ? zh : en;
}

/** Words to choose from: 「a」或「b」, "a" or "b". */
export function anyOf(zh: readonly string[], en: readonly string[] = zh): Localized {
  return {
    zh: zh.map((word) => `「${word}」`).join('或'),
    en: en.map((word) => `"${word}"`).join(' or '),
  };
}

/** `1 server`, `2 servers`. */
export function countedEn(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** What a person typed, as one item of a list: nothing in it begins another one, or turns the line around. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
