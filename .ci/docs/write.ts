/** `npm run docs`: writes the parts of the documentation that are made from the source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { casesPage } from './cases-page.ts';
import { diagnosticsPage } from './diagnostics-page.ts';
import { withTables } from './language-tables.ts';

for (const [folder, language] of [
  ['docs', 'en'],
  ['docs/zh', 'zh'],
] as const) {
  const place = (name: string) => new URL(`../../${folder}/${name}`, import.meta.url);
  const page = readFileSync(place('language.md'), 'utf8');
  writeFileSync(place('language.md'), withTables(page, language));
  writeFileSync(place('diagnostics.md'), diagnosticsPage(language));
  writeFileSync(place('cases.md'), casesPage(language));
}
