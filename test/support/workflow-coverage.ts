/** Counts the workflow code that runs in the sandbox: its counters are merged into vitest's own. */
import { fileURLToPath } from 'node:url';
import { WorkflowCoverage } from '@temporalio/nyc-test-coverage';
import type { BundleOptions, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';

/** Where @vitest/coverage-istanbul keeps its map; absent in a run without --coverage. */
const VITEST = '__VITEST_COVERAGE__';
/** Where nyc keeps it, and what WorkflowCoverage looks for. */
const NYC = '__coverage__';

const INTERCEPTOR = fileURLToPath(new URL('./coverage-interceptor.mjs', import.meta.url));

const globals = globalThis as { [VITEST]?: unknown; [NYC]?: unknown };
const coverage = new WorkflowCoverage();

/** Options of a bundle whose code is counted; unchanged in a run without coverage. */
export function countedBundle(options: BundleOptions): BundleOptions {
  return (
    withMap(() => ({
      ...coverage.augmentBundleOptions(options),
      workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), INTERCEPTOR],
    })) ?? options
  );
}

/** Options of a worker that runs such a bundle. */
export function countedWorker(options: BundledWorker): WorkerOptions {
  return withMap(() => coverage.augmentWorkerOptionsWithBundle(options)) ?? options;
}

/** Call after the last worker of a file has ended. */
export function keepWorkflowCoverage(): void {
  withMap(() => {
    coverage.mergeIntoGlobalCoverage();
    // Plain JSON: the map travels from vitest's worker to its main process.
    globals[VITEST] = JSON.parse(JSON.stringify(globals[NYC]));
  });
}

/** A worker that was given its bundle. */
export type BundledWorker = WorkerOptions & { workflowBundle: WorkflowBundleOption };

/**
 * nyc's name stands for vitest's map. It stays: WorkflowCoverage looks for it again when the bundle
 * is made, later than the call that asked for it.
 */
function withMap<T>(body: () => T): T | undefined {
  if (process.env['RUNSHEET_COVERAGE'] !== '1') return undefined;
  // vitest makes its map with the first counted module, which may come later than the bundle.
  globals[NYC] = globals[VITEST] ?? {};
  return body();
}
