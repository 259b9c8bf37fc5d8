/** docs/language.md knows every word that the compiler knows, and docs/zh/language.md the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTIONS, FACTS } from '../../src/actions/index.ts';
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

/** The table row of an action (five columns) or a fact (four): its id stands in the third. */
function rowOf(id: string, columns: number): string {
  const rows = document.split('\n').filter((line) => line.split('|').length === columns + 2);
  return rows.find((line) => line.split('|')[3]?.trim() === `\`${id}\``) ?? '';
}

test.each(Object.values(ACTIONS).filter((each) => each.id !== 'project.command'))(
  'the phrases of $id, its scope and what it measures',
  ({ id, phrases, scope, measures }) => {
    for (const phrase of [...phrases.zh, ...phrases.en]) expect(cells, phrase).toContain(phrase);
    const row = rowOf(id, 5);
    expect(row).toContain(`| ${scope} |`);
    for (const fact of measures) expect(row).toContain(`\`${fact.id}\``);
  },
);

test.each(Object.values(FACTS))('the phrases of $id', ({ id, phrases }) => {
  const row = rowOf(id, 4);
  const words = row.split('|').flatMap((cell) => cell.split(' · ').map((word) => word.trim()));
  for (const phrase of [...phrases.zh, ...phrases.en]) {
    const known = words.some((word) => word === phrase || word === `${phrase} …`);
    expect(known, `${phrase} is missing in: ${row}`).toBe(true);
  }
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
