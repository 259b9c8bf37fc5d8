/** Only test/support/property.ts runs fast-check, so that no value is tried whose seed nobody knows. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HELPER = 'test/support/property.ts';
const RUNS_IT = /\bfc\s*\.\s*(?:assert|check|sample|statistics|property|asyncProperty)\b/u;
const DEFAULT_IMPORT = /import fc from 'fast-check'/u;

const files = ['src', 'test', 'bench']
  .flatMap((folder) =>
    (readdirSync(`${ROOT}${folder}`, { recursive: true }) as string[])
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path}`),
  )
  .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }))
  .filter(({ text }) => /from 'fast-check'/u.test(text));

it('runs properties in one place', () => {
  expect(files.filter(({ text }) => RUNS_IT.test(text)).map(({ path }) => path)).toEqual([HELPER]);
});

it('takes from fast-check nothing but its one name', () => {
  expect(files.length).toBeGreaterThan(8);
  const others = files.filter(({ text }) => !DEFAULT_IMPORT.test(text));
  expect(others.map(({ path }) => path)).toEqual([]);
});
