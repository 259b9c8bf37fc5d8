import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leadsOut } from '../../../src/adapters/archive/links.ts';
import { property } from '../../support/property.ts';

const name = fc.constantFrom('a', 'b', 'c');
const part = fc.constantFrom('a', 'b', 'c', '..', '..', '.');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const links = fc.dictionary(path, target, { minKeys: 1, maxKeys: 5 }).map((found) => {
  const entries = Object.entries(found);
  const isBelow = (each: string) => entries.some(([other]) => each.startsWith(`${other}/`));
  return new Map(entries.filter(([each]) => !isBelow(each)));
});

property('agrees with the file system wherever a link leads', [links], async (made) => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runsheet-links-')));
  try {
    // So deep that no link gets out of what the test owns.
    const folder = join(root, ...'12345678901234567890'.split(''));
    for (const each of made.keys()) await mkdir(dirname(join(folder, each)), { recursive: true });
    for (const [each, to] of made) await symlink(to, join(folder, each));
    for (const each of ['a', 'b', 'c']) await mkdir(join(folder, each)).catch(() => undefined);
    for (const each of made.keys()) {
      const end = await realpath(join(folder, each)).catch(() => null);
      if (end === null) continue;
      const isInside = end === folder || end.startsWith(`${folder}/`);
      expect(leadsOut(each, made)).toBe(!isInside);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

it.each<[string, Record<string, string>, boolean]>([
  ['a', { a: 'b/../c' }, false],
  ['a/b', { 'a/b': '..' }, false],
  ['a/b', { 'a/b': '../..' }, true],
  ['a', { a: 'b/x', b: 'c' }, false],
  ['a', { a: 'b/..', b: 'c/d' }, false],
  ['a', { a: 'b/../..', b: 'c/d' }, false],
  ['a', { a: 'b/../../..', b: 'c/d' }, true],
  ['a', { a: 'a' }, true],
])('%s of %j: out is %s', (each, made, out) => {
  expect(leadsOut(each, new Map(Object.entries(made)))).toBe(out);
});
