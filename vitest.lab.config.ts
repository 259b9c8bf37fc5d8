/** Real servers, engines, registry and balancer on this machine (root): `npm run test:lab`. */
import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 300_000,
  // A file waits for its servers until another gives them back.
  hookTimeout: 540_000,
};

export default defineConfig({
  test: {
    globalSetup: [
      'test/support/temporal-programs.ts',
      'test/e2e/support/build.ts',
      'test/lab/support/global-setup.ts',
    ],
    // Most of their time is waiting, for servers that do not answer.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: {
          ...common,
          name: 'servers',
          include: ['test/lab/**/*.test.ts'],
          exclude: ['test/lab/rolling/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // All servers and both cores for themselves.
        extends: true,
        test: {
          ...common,
          name: 'rolling',
          include: ['test/lab/rolling/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
