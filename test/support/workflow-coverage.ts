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
      ...coverage.augmentBundleOptions({ ...options, webpackConfigHook: keepSyntax }),
      workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), INTERCEPTOR],
    })) ?? options
  );
}

/**
 * Counts what is written: in the bundler's own target `a?.b` and `a ?? b` become conditions with
 * branches that no source has.
 */
function keepSyntax(config: WebpackConfig): WebpackConfig {
  for (const rule of config.module?.rules ?? []) {
    if (typeof rule !== 'object' || rule === null || typeof rule.use !== 'object') continue;
    if (rule.use === null || Array.isArray(rule.use)) continue;
    const { loader, options } = rule.use;
    if (loader?.includes('swc-loader') !== true || typeof options !== 'object') continue;
    const { jsc } = options as { jsc: Record<string, unknown> };
    rule.use.options = { ...options, jsc: { ...jsc, target: 'es2022' } };
  }
  return config;
}

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** Options of a worker that runs such a bundle. */
export function countedWorker(options: BundledWorker): WorkerOptions {
  return withMap(() => coverage.augmentWorkerOptionsWithBundle(options)) ?? options;
}

/** Call after the last worker of a file has ended. */
export async function keepWorkflowCoverage(): Promise<void> {
  if (!isCounting()) return;
  // So that vitest has a map of every file that the sandbox ran.
  await import('../../src/workflows/index.ts');
  withMap(() => {
    coverage.mergeIntoGlobalCoverage();
    const counted = JSON.parse(JSON.stringify(globals[NYC])) as CoverageMapData;
    const own = (globals[VITEST] ?? {}) as CoverageMapData;
    for (const [path, file] of Object.entries(counted)) own[path] = sum(own[path], file);
    globals[VITEST] = own;
  });
}

/**
 * Adds the sandbox's counters to vitest's for the same file, number by number: both count the same
 * source, but their places differ by a few columns, so that merging by place would count it twice.
 */
function sum(own: FileCoverageData | undefined, other: FileCoverageData): FileCoverageData {
  if (own === undefined) return other;
  const branches = Object.entries(other.b);
  const isSame =
    branches.length === Object.keys(own.b).length &&
    branches.every(([id, counts]) => own.b[id]?.length === counts.length) &&
    Object.keys(own.s).length === Object.keys(other.s).length &&
    Object.keys(own.f).length === Object.keys(other.f).length;
  if (!isSame) throw new Error(`${other.path}: two compilers count different parts of it`);
  for (const [id, count] of Object.entries(other.s)) own.s[id] = (own.s[id] ?? 0) + count;
  for (const [id, count] of Object.entries(other.f)) own.f[id] = (own.f[id] ?? 0) + count;
  for (const [id, counts] of branches) {
    own.b[id] = counts.map((count, index) => count + (own.b[id]?.[index] ?? 0));
  }
  return own;
}

/** The counters that istanbul keeps for one file: statements, functions, branches. */
interface FileCoverageData {
  readonly path: string;
  readonly s: Record<string, number>;
  readonly f: Record<string, number>;
  readonly b: Record<string, number[]>;
}
type CoverageMapData = Record<string, FileCoverageData>;

/** A worker that was given its bundle. */
export type BundledWorker = WorkerOptions & { workflowBundle: WorkflowBundleOption };

/** WorkflowCoverage looks for nyc's map again when the bundle is made, later than the call that asked. */
function withMap<T>(body: () => T): T | undefined {
  if (!isCounting()) return undefined;
  globals[NYC] ??= {};
  return body();
}

function isCounting(): boolean {
  return process.env['RUNSHEET_COVERAGE'] === '1';
}
