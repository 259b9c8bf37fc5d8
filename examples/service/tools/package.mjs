/** Writes build/manifest.json: the sha256 of every file of the release. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { files } = JSON.parse(readFileSync('release.json', 'utf8'));
const manifest = {};
for (const file of [...files].sort()) {
  manifest[file] = createHash('sha256').update(readFileSync(join('build', file))).digest('hex');
}
writeFileSync('build/manifest.json', `${JSON.stringify({ files: manifest }, null, 2)}\n`);
process.stdout.write(`package: ${files.length} files listed in build/manifest.json\n`);
