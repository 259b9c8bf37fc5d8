/** `npm run docs`: writes the parts of the documentation that are made from the source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './language-tables.ts';

for (const [file, language] of [
  ['docs/language.md', 'en'],
  ['docs/zh/language.md', 'zh'],
] as const) {
  const place = new URL(`../../${file}`, import.meta.url);
  writeFileSync(place, withTables(readFileSync(place, 'utf8'), language));
}
