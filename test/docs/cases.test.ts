import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { casesPage, KNOWN_ROWS, rowsWithTests } from '../../.ci/docs/cases-page.ts';

it.each([
  ['docs/cases.md', 'en'],
  ['docs/zh/cases.md', 'zh'],
] as const)('%s is what the tests are called; `npm run docs` writes it', (path, language) => {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(page).toBe(casesPage(language));
});

it('has tests for every case', () => {
  const tested = rowsWithTests();
  expect([...tested].filter((row) => !KNOWN_ROWS.includes(row))).toEqual([]);
  expect(KNOWN_ROWS.filter((row) => !tested.has(row))).toEqual([]);
});
