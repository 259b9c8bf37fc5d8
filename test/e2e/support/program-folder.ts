import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFolder } from './stage.ts';

/** The program under its name, for commands as they stand in the documentation. */
export function programFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-bin-'));
  const program = join(folder, 'runsheet');
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(distFolder(), 'cli/main.js')}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  return folder;
}
