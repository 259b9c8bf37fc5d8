/** Each page of the documentation is in one language, and its counterpart says the same in the other. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  namesIn,
  PAIRS,
  type Page,
  type Pair,
  ROOT,
  readPage,
  targetOf,
  withoutCode,
} from './pages.ts';

const CHINESE = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
const HAN = /\p{Script=Han}/u;
/** The line by which a page leads to its counterpart. */
const SWITCH = { en: /^\[简体中文\]\((?<to>.+)\)$/u, zh: /^\[English\]\((?<to>.+)\)$/u };

describe('the two folders', () => {
  it('have the same pages', () => {
    expect(namesIn('docs/zh')).toEqual(namesIn('docs'));
  });
});

describe.each(PAIRS.filter(isWhole))('$en and $zh', (pair) => {
  const [en, zh] = [readPage(pair.en), readPage(pair.zh)];

  it('have the same headings', () => {
    expect(levelsOf(zh)).toEqual(levelsOf(en));
    expect(levelsOf(en)[0]).toBe(1);
  });

  it('have the same blocks of code, but for comments', () => {
    const blocksOf = ({ fences }: Page) =>
      fences.map(({ info, lines }) => [info, ...(info === '' ? [] : lines.map(withoutComment))]);
    expect(blocksOf(zh)).toEqual(blocksOf(en));
  });

  it('have the same tables, row by row', () => {
    expect(zh.tables).toEqual(en.tables);
  });

  it('link to the same places', () => {
    expect(placesOf(zh)).toEqual(placesOf(en));
  });

  it('link to each other, and else to pages of their own language', () => {
    expect(targetOf(pair.en, switchOf(en, 'en')).path).toBe(pair.zh);
    expect(targetOf(pair.zh, switchOf(zh, 'zh')).path).toBe(pair.en);
    expect(foreignLinks(en, 'zh')).toEqual([]);
    expect(foreignLinks(zh, 'en')).toEqual([]);
  });

  // A document may be written in either language: what it may say stands in tables, code and blocks.
  it('are each in one language', () => {
    const mixed = en.prose.filter(
      (line) => !SWITCH.en.test(line) && CHINESE.test(withoutCode(line)),
    );
    const untranslated = zh.prose.filter(
      (line) => !/^(?:#.*)?$/u.test(line) && !SWITCH.zh.test(line) && !HAN.test(line),
    );
    expect(mixed).toEqual([]);
    expect(untranslated).toEqual([]);
  });
});

describe.each(['CONTRIBUTING.md', ...PAIRS.flatMap(({ en, zh }) => [en, zh])].filter(isThere))(
  '%s',
  (path) => {
    it('links to files and headings that exist', () => {
      const missing = readPage(path).links.filter((link) => {
        const { path: to, anchor } = targetOf(path, link);
        if (!isThere(to)) return true;
        return anchor !== '' && !readPage(to).headings.some((each) => each.anchor === anchor);
      });
      expect(missing).toEqual([]);
    });
  },
);

/** What is missing is told once, by the comparison of the folders. */
function isWhole({ en, zh }: Pair): boolean {
  return isThere(en) && isThere(zh);
}

function isThere(path: string): boolean {
  return existsSync(join(ROOT, path));
}

function levelsOf({ headings }: Page): readonly number[] {
  return headings.map(({ level }) => level);
}

function withoutComment(line: string): string {
  return line.replace(/\s+# .*$/u, '');
}

/** Sorted, as sentences have another order: pages by their English name, translations by the original's. */
function placesOf(page: Page): readonly string[] {
  return page.links
    .map((link) => targetOf(page.path, link).path)
    .map((path) => PAIRS.find(({ zh }) => zh === path)?.en ?? path)
    .map((path) => path.replace(/^(templates\/.+)\.en\.md$/u, '$1.md'))
    .sort();
}

function switchOf({ prose }: Page, language: 'en' | 'zh'): string {
  const found = prose.flatMap((line) => SWITCH[language].exec(line)?.groups?.['to'] ?? []);
  return found[0] ?? '';
}

/** Links to pages of the other language, but for the one to the page's own counterpart. */
function foreignLinks(page: Page, other: 'en' | 'zh'): readonly string[] {
  return page.links.filter((link) => {
    const { path } = targetOf(page.path, link);
    const pair = PAIRS.find((each) => each[other] === path);
    return pair !== undefined && pair.en !== page.path && pair.zh !== page.path;
  });
}
