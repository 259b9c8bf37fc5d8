import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { diagnosticsPage } from '../../.ci/docs/diagnostics-page.ts';

it.each([
  ['docs/diagnostics.md', 'en'],
  ['docs/zh/diagnostics.md', 'zh'],
] as const)('%s is what the catalogue says; `npm run docs` writes it', (path, language) => {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(page).toBe(diagnosticsPage(language));
});
