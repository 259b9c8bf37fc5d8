/** The pages of the documentation, in pairs, and what they are made of. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Pair {
  readonly en: string;
  readonly zh: string;
}

/**
 * A page may be missing in one of the two folders: the tests say so. `docs/decisions`,
 * CONTRIBUTING.md and CHANGELOG.md are in English only.
 */
export const PAIRS: readonly Pair[] = [
  { en: 'README.md', zh: 'README.zh-CN.md' },
  ...[...new Set([...namesIn('docs'), ...namesIn('docs/zh')])]
    .sort()
    .map((name) => ({ en: `docs/${name}`, zh: `docs/zh/${name}` })),
];

export interface Fence {
  /** What stands behind the three marks: a language and, after it, a name. */
  readonly info: string;
  readonly lines: readonly string[];
}

export interface Page {
  readonly path: string;
  /** Lines outside fenced blocks and tables. */
  readonly prose: readonly string[];
  readonly headings: readonly { readonly level: number; readonly anchor: string }[];
  readonly fences: readonly Fence[];
  /** How many cells each row has, a list for each table. */
  readonly tables: readonly (readonly number[])[];
  /** Targets of links and images as written, without those of other hosts. */
  readonly links: readonly string[];
}

/** The names of a folder's pages, sorted. */
export function namesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort();
}

/** @param path from the checkout's folder */
export function readPage(path: string): Page {
  const unfenced: string[] = [];
  const prose: string[] = [];
  const fences: { info: string; lines: string[] }[] = [];
  const tables: number[][] = [];
  let isFenced = false;
  for (const line of readFileSync(join(ROOT, path), 'utf8').split('\n')) {
    if (line.startsWith('```')) {
      isFenced = !isFenced;
      if (isFenced) fences.push({ info: line.slice(3).trim(), lines: [] });
    } else if (isFenced) fences.at(-1)?.lines.push(line);
    else unfenced.push(line);
  }
  let isTable = false;
  for (const line of unfenced) {
    const isRow = line.startsWith('|');
    if (isRow && !isTable) tables.push([]);
    if (isRow) tables.at(-1)?.push(line.replaceAll('\\|', '').split('|').length - 2);
    else prose.push(line);
    isTable = isRow;
  }
  const links = linksIn(unfenced);
  return { path, prose, fences, tables, headings: headingsIn(prose), links };
}

function headingsIn(prose: readonly string[]): Page['headings'] {
  return prose.flatMap((line) => {
    const [, marks = '', title = ''] = /^(#{1,6}) (.+)$/u.exec(line) ?? [];
    return marks === '' ? [] : [{ level: marks.length, anchor: anchorOf(title) }];
  });
}

/** As GitHub makes them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function linksIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const links = withoutCode(line).matchAll(/\]\((?!https?:)(?<to>[^)]+)\)/gu);
    return [...links].map(({ groups }) => groups?.['to'] ?? '');
  });
}

/** A line without its code spans. */
export function withoutCode(line: string): string {
  return line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gu, '');
}

export interface Target {
  /** From the checkout's folder. */
  readonly path: string;
  /** '': the page as a whole. */
  readonly anchor: string;
}

/** Where a link of a page leads. */
export function targetOf(page: string, link: string): Target {
  const [file = '', anchor = ''] = decodeURIComponent(link).split('#');
  const path = file === '' ? page : posix.join(posix.dirname(page), file);
  return { path, anchor };
}
