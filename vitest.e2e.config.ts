/**
 * Whole runs against real servers: `npm run test:e2e`. Each file has an environment of its own and
 * mostly waits, so that two of them run side by side; with more, a service on two processors would no
 * longer answer within the 500 ms that the template demands.
 */
import { defineConfig } from 'vitest/config';
import { longestFirst } from './test/support/longest-first.ts';

const LONGEST = [
  'e2e/demo',
  'e2e/faults',
  'e2e/durability',
  'e2e/thresholds',
  'e2e/cli',
  'e2e/temporal-cli',
];

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/support/temporal-programs.ts', 'test/e2e/support/build.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    // A reason is a sentence, and a report keeps the message only.
    chaiConfig: { truncateThreshold: 1_000 },
    maxWorkers: 2,
    sequence: { sequencer: longestFirst(LONGEST) },
  },
});
