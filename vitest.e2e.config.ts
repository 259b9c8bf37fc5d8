/**
 * Whole runs against real servers: `npm run test:e2e`. Each file has an environment of its own and
 * mostly waits, so that three of them share two processors.
 */
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, so that none of them is what the others wait for at the end. */
const LONGEST = ['demo', 'durability', 'thresholds', 'cli', 'temporal-cli'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return found < 0 ? LONGEST.length : found;
    };
    return [...files].sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/support/temporal-programs.ts', 'test/e2e/support/build.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
    // Of tests that run side by side within a file.
    maxConcurrency: 2,
    sequence: { sequencer: LongestFirst },
  },
});
