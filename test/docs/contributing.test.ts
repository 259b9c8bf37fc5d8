/** The change that CONTRIBUTING.md shows as a whole is a change that applies to this source. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('the diff of the new action applies', () => {
  const page = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');
  const diff = /^```diff\n(?<diff>[\s\S]*?)^```$/mu.exec(page)?.groups?.['diff'] ?? '';
  expect(diff).toContain('new file mode');
  const { status, stderr } = spawnSync('git', ['apply', '--check', '-'], {
    cwd: ROOT,
    input: diff,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
});
