/** Files in one process load a support file once, so that hooks at its top level are the first file's alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const OWN_PROCESS = /^(e2e|lab)\//u;

it('has no hooks at the top level of files that tests share', () => {
  const files = (readdirSync(FOLDER, { recursive: true }) as string[]).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !OWN_PROCESS.test(path),
  );
  expect(files).toContain('activities/servers/stage.ts');
  const hook = /^(?:before|after)(?:Each|All)\(/mu;
  expect(files.filter((path) => hook.test(readFileSync(`${FOLDER}${path}`, 'utf8')))).toEqual([]);
});
