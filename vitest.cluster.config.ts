/** Runs on Temporal's own server and PostgreSQL, which are killed meanwhile: `npm run test:cluster`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: [
      'test/support/temporal-programs.ts',
      'test/e2e/support/build.ts',
      'test/cluster/support/global-setup.ts',
    ],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    // Each file has a cluster of its own.
    maxWorkers: 1,
  },
});
