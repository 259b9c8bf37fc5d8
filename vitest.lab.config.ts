/** Real servers, engines, registry and balancer on this machine (root): `npm run test:lab`. */
import { defineConfig } from 'vitest/config';

const globalSetup = [
  'test/support/temporal-programs.ts',
  'test/e2e/support/build.ts',
  'test/lab/support/global-setup.ts',
];

export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    globalSetup,
    testTimeout: 180_000,
    // A file waits for its servers until another gives them back.
    hookTimeout: 540_000,
    maxWorkers: 3,
  },
});
