import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The service's own files below `folders`, each with its lines; a file that cannot be read is an error. */
export function readSources(folders, pattern) {
  const sources = [];
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !pattern.test(entry.name)) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      sources.push({ path, lines: readFileSync(path, 'utf8').split('\n') });
    }
  }
  return sources.sort((a, b) => a.path.localeCompare(b.path));
}

/** The lines that a pattern finds, counted from 1; comments beginning with // or * are not code. */
export function findInCode(source, pattern) {
  return source.lines.flatMap((line, index) => {
    const found = /^\s*(\/\/|\*|\/\*)/.test(line) ? null : pattern.exec(line);
    return found === null ? [] : [{ line: index + 1, column: found.index + 1 }];
  });
}
