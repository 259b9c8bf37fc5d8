/** No file imports in a circle, types included: what a file needs can be read without reading it first. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Path below src → its text. */
type Sources = ReadonlyMap<string, string>;

function sourcesOf(folder: string): Sources {
  const paths = readdirSync(folder, { recursive: true }) as string[];
  const files = paths.filter((path) => path.endsWith('.ts'));
  return new Map(files.map((path) => [path, readFileSync(`${folder}${path}`, 'utf8')]));
}

/** `import … from './x'`, `export … from './x'`, `import('./x')`, with `type` or without. */
const IMPORTED = /(?:\bfrom|\bimport\(?)\s*'(\.{1,2}\/[^']+)'/gu;

function importsOf(path: string, text: string): string[] {
  const found = [...text.matchAll(IMPORTED)].flatMap(([, name]) => name ?? []);
  return found.map((name) => posix.join(posix.dirname(path), name));
}

/** The shortest way from each file back to itself, each circle once. */
function circlesOf(sources: Sources): string[] {
  const imports = new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]));
  const circles = new Map<string, string>();
  for (const path of [...sources.keys()].toSorted()) {
    const circle = wayBack(path, imports);
    if (circle === null) continue;
    const members = circle.toSorted().join(' ');
    if (!circles.has(members)) circles.set(members, [...circle, path].join(' → '));
  }
  return [...circles.values()];
}

function wayBack(start: string, imports: ReadonlyMap<string, string[]>): string[] | null {
  const ways = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of imports.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}

describe('imports', () => {
  it('go in no circle', () => {
    const sources = sourcesOf(SRC);
    expect(importsOf('worker.ts', sources.get('worker.ts') ?? '')).not.toEqual([]);
    expect(circlesOf(sources)).toEqual([]);
  });

  it('are all seen: each names a file that is there', () => {
    const sources = sourcesOf(SRC);
    const lost = [...sources].flatMap(([path, text]) =>
      importsOf(path, text).filter((name) => !sources.has(name)),
    );
    expect(lost).toEqual([]);
  });

  it.each([
    ['a type', "import type { B } from './room/b.ts';"],
    ['a value', "import {\n  b,\n  c,\n} from './room/b.ts';"],
    ['an export', "export * from './room/b.ts';"],
    ['an import for its effect', "import './room/b.ts';"],
    ['an import when it is needed', "const b = await import('./room/b.ts');"],
    ['a type named in place', "export type B = import('./room/b.ts').B;"],
  ])('in a circle are found and told, also those by %s', (_by, statement) => {
    const c = "import type { A } from '../a.ts';";
    const sources = new Map([
      ['a.ts', statement],
      ['room/b.ts', "import { c } from './c.ts';"],
      ['room/c.ts', c],
      ['main.ts', "import { a } from './a.ts';"],
    ]);
    expect(circlesOf(sources)).toEqual(['a.ts → room/b.ts → room/c.ts → a.ts']);
    expect(circlesOf(new Map([...sources, ['room/c.ts', '']]))).toEqual([]);
  });

  it('in a circle would be found between the files that are there', () => {
    const sources = new Map(sourcesOf(SRC));
    const path = 'plan/plan.ts';
    const mutant = `import type { Run } from '../workflows/run.ts';\n${sources.get(path)}`;
    const [circle] = circlesOf(sources.set(path, mutant));
    expect(circle).toContain('workflows/run.ts');
  });
});
