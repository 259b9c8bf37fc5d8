/** Real servers, engines, registry and balancer on this machine (root): `npm run test:lab`. */
import { defineConfig } from 'vitest/config';
import { longestFirst } from './test/support/longest-first.ts';

/** At first those that wait most, for servers that do not answer, and one server each for two others. */
const LONGEST = [
  'lab/broken/frozen',
  'lab/broken/partition',
  'lab/broken/release',
  'lab/docker/options',
  'lab/docker/lifecycle',
  'lab/runs/seed',
  'lab/third-party/httpbin',
  'lab/broken/balancer',
];

const common = {
  // A test or a file waits for its servers until another gives them back.
  testTimeout: 540_000,
  hookTimeout: 540_000,
  tags: [{ name: 'property' }],
  expect: { poll: { timeout: 10_000 } },
  // A reason is a sentence, and a report keeps the message only.
  chaiConfig: { truncateThreshold: 1_000 },
};

export default defineConfig({
  test: {
    // Once for both projects, which therefore extend nothing.
    globalSetup: [
      'test/support/temporal-programs.ts',
      'test/e2e/support/build.ts',
      'test/lab/support/global-setup.ts',
    ],
    // Two cores: more stages at once would measure each other.
    maxWorkers: 2,
    sequence: { sequencer: longestFirst(LONGEST) },
    projects: [
      {
        test: {
          ...common,
          name: 'servers',
          include: ['test/lab/**/*.test.ts'],
          exclude: ['test/lab/rolling/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One file at a time: all servers and both cores for itself.
        test: {
          ...common,
          name: 'rolling',
          include: ['test/lab/rolling/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
