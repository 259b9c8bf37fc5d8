/** docs/language.md knows every word that the compiler knows, and docs/zh/language.md the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../../.ci/docs/language-tables.ts';
import { allWords, LABELS, SECTIONS } from '../../src/compiler/parse/words.ts';

const document = read('docs/language.md');
/** The cells of its tables, each split at the dots between alternatives. */
const cells = new Set(
  document
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split('|').slice(1, -1))
    .flatMap((cell) => cell.split(' · '))
    .map((word) => word.trim().replaceAll('`', '')),
);

test.each([
  ['language.md', 'en'],
  ['zh/language.md', 'zh'],
] as const)('the tables of docs/%s are those of the actions: npm run docs', (file, language) => {
  const page = read(`docs/${file}`);
  expect(page).toBe(withTables(page, language));
});

test('the words of both languages are the same on both pages', () => {
  expect(phrasesOf(read('docs/zh/language.md'))).toEqual(phrasesOf(document));
});

test('the words of sections and labels', () => {
  for (const word of [...allWords(SECTIONS), ...allWords(LABELS)]) {
    expect(cells, word).toContain(word);
  }
});

function read(page: string): string {
  return readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
}

/** The Chinese and the English words of each row, and the id of an action or a fact. */
function phrasesOf(text: string): readonly string[] {
  const tables = text.match(/^\| 中文 \| English \|.*\n(?:\|.*\n)+/gmu) ?? [];
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(2));
  return rows.map((row) => {
    const [zh, en, id = ''] = row.split(' | ');
    return [zh, en, /^`[a-z_.]+`$/u.test(id) ? id : ''].join(' | ');
  });
}
