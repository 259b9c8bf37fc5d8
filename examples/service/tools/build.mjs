/** Puts the files that release.json lists into build/, each checked first. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { files } = JSON.parse(readFileSync('release.json', 'utf8'));
rmSync('build', { recursive: true, force: true });
for (const file of files) {
  if (!existsSync(file)) {
    process.stderr.write(`release.json: ${file}: ENOENT\n`);
    process.exit(1);
  }
  const checked = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
  if (checked.status !== 0) {
    process.stderr.write(checked.stderr);
    process.exit(1);
  }
  mkdirSync(dirname(join('build', file)), { recursive: true });
  copyFileSync(file, join('build', file));
}
process.stdout.write(`build: ${files.length} files\n`);
