/** The catalogue's texts: one language each, the same parameters in both. */
import { describe, expect, it } from 'vitest';
import type { Entry, Sentence } from '../../src/diagnostics/catalogue/entry.ts';
import { CATALOGUE, CHAPTERS } from '../../src/diagnostics/catalogue/index.ts';
import { DIAGNOSTIC_CODES } from '../../src/diagnostics/codes.ts';

const CHINESE = /[\u2e80-\u9fff\uff00-\uffef]/u;
const entries: readonly (readonly [string, Entry])[] = Object.entries(CATALOGUE);
const sentences = entries.flatMap(([code, { messages }]) =>
  Object.entries(messages).map(([variant, sentence]) => [`${code} ${variant}`, sentence] as const),
);

/** The texts that are in a language, each in both. */
function textsOf({ message, remedy, expected }: Sentence) {
  return [message, remedy, typeof expected === 'string' ? undefined : expected].filter(
    (text) => text !== undefined,
  );
}

const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?<!\$)\{([A-Za-z]+)\}/gu)].map(([, name = '']) => name).sort();

describe('the catalogue', () => {
  it('has each code in one chapter, with at least one message', () => {
    const listed = CHAPTERS.flatMap((chapter) => Object.keys(chapter.entries));
    expect(listed.toSorted()).toEqual([...DIAGNOSTIC_CODES].sort());
    for (const [code, { messages }] of entries)
      expect(Object.keys(messages), code).not.toHaveLength(0);
  });

  it.each(entries)('says in one sentence or two what %s means', (_code, { meaning }) => {
    expect(meaning.en).toMatch(/^["A-Za-z].*\.$/u);
    expect(meaning.en).not.toMatch(CHINESE);
    expect(meaning.zh).toMatch(CHINESE);
    expect(meaning.zh).toMatch(/。$/u);
  });

  it.each(sentences)('%s is English in English and Chinese in Chinese', (_name, sentence) => {
    for (const { zh, en } of textsOf(sentence)) {
      expect(en).not.toMatch(CHINESE);
      expect(en).not.toMatch(/^\s|\s$|[^.]\.$/u);
      expect(zh).not.toMatch(/。$/u);
    }
    expect(sentence.message.zh).toMatch(CHINESE);
  });

  it.each(sentences)('%s has the same parameters in both', (_name, sentence) => {
    for (const { zh, en } of textsOf(sentence))
      expect(new Set(namesIn(zh))).toEqual(new Set(namesIn(en)));
  });
});
