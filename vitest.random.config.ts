/** Every property at length, with other values each time: `npm run test:random`. */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const seed = process.env['RUNSHEET_SEED'] ?? String(randomInt(2 ** 31));

export default defineConfig({
  test: {
    include: filesWithProperties(),
    tags: [{ name: 'property' }],
    tagsFilter: ['property'],
    env: { RUNSHEET_SEED: seed },
    maxWorkers: 2,
  },
});

/** The lab has its own servers: there a seed is given to `npm run test:lab`. */
function filesWithProperties(): string[] {
  return (readdirSync('test', { recursive: true }) as string[])
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('lab/'))
    .map((path) => `test/${path}`)
    .filter((path) => /^import .*\/support\/property\.ts';$/mu.test(readFileSync(path, 'utf8')));
}
