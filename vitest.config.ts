import { defineConfig, type Plugin } from 'vitest/config';
import { longestFirst } from './test/support/longest-first.ts';

const LONGEST = [
  'cli/offline',
  'workflows/fleet/rolling',
  'workflows/undo/failure',
  'embedded/environment',
  'workflows/decisions/approval',
  'embedded/balancer',
  'workflows/fleet/guard',
  'client/client',
  'adapters/database/database-record-store',
  'embedded/killed-environment',
];

/** Libraries as the program loads them: vite would have those made for development, which are slower. */
const asInstalled: Plugin = {
  name: 'as-installed',
  configResolved({ ssr }) {
    Object.assign(ssr.resolve ?? {}, { conditions: ['module', 'node'] });
  },
};

export default defineConfig({
  plugins: [asInstalled],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/lab/**', 'test/e2e/**', 'node_modules/**', '**/fixtures/**'],
    globalSetup: ['test/support/temporal-programs.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // What a file imports is there for the next one: a third of all processor time.
    isolate: false,
    tags: [{ name: 'property' }],
    expect: { poll: { timeout: 10_000, interval: 20 } },
    // A reason is a sentence, and a report keeps the message only.
    chaiConfig: { truncateThreshold: 1_000 },
    sequence: { sequencer: longestFirst(LONGEST) },
    // test/support/workflow-coverage.ts counts the sandbox only where somebody asks.
    env: { RUNSHEET_COVERAGE: process.argv.includes('--coverage') ? '1' : '0' },
    coverage: {
      // istanbul: V8's counters do not see what runs in the workflow sandbox.
      provider: 'istanbul',
      // What has a threshold: counting the rest would cost every test its time.
      include: ['src/compiler/**/*.ts', 'src/workflows/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: {
        'src/compiler/**': { branches: 90 },
        'src/workflows/**': { branches: 90 },
      },
    },
  },
});
