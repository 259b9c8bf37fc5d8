/** Run sheets that deploy no image are ordinary ones: checked, planned, run, undone and judged. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { failureLines } from '../../../src/cli/view/failure.ts';
import { compileTemplate, planDigest } from '../../../src/compiler/index.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { Fact } from '../../../src/plan/run.ts';
import { interpreter } from '../../../src/workflows/interpreter.ts';
import { runInProcess } from '../../support/in-process.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { broken, type StubOptions, stubWorld } from '../../support/stub-activities.ts';

// Files of one process share what they import: the interpreter is loaded for this file, and again after it.
vi.hoisted(() => vi.resetModules());
afterAll(() => vi.resetModules());

vi.mock('@temporalio/workflow', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  ...(await import('../../support/in-process.ts')).inProcess,
}));

const SHEETS = ['configuration', 'failover', 'inspection'] as const;
const OLD = { version: 'v2.0.0', pool: 'ready' };

function textOf(file: string): string {
  return readFileSync(new URL(`../../support/sheets/${file}`, import.meta.url), 'utf8');
}

function planOf(file: string, text = textOf(file)): Plan {
  const { plan, diagnostics } = compileTemplate({ file, text });
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message.en).join('\n'));
  return plan;
}

function runOf(plan: Plan) {
  const parameters = { environment: 'development', version: 'v2.0.0', servers: ['a', 'b'] };
  return resolvedRun(parameters, { plan, language: 'en' });
}

async function runSheet(plan: Plan, options: StubOptions = {}) {
  const world = stubWorld({ resolve: () => runOf(plan), ...options });
  const ended = await runInProcess(interpreter, world, () => 1);
  return { world, ...ended };
}

const failing = (action: string): StubOptions => ({
  before: ({ name }) => {
    if (name === action) throw broken(`${name} is broken`);
  },
});

describe.each(SHEETS)('%s', (name) => {
  it('means the same in both languages, and runs', async () => {
    const plan = planOf(`${name}.md`);
    expect(planDigest(planOf(`${name}.en.md`))).toBe(planDigest(plan));
    const { failure, status } = await runSheet(plan);
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    expect(status.success?.map(({ passed }) => passed)).toEqual(plan.success.map(() => true));
  });
});

it('restart starts the same version again, batch by batch, and again where it fails', async () => {
  const plan = planOf('../../../templates/restart.en.md');
  const started = await runSheet(plan);
  expect(started.failure).toBeNull();
  expect(started.world.names().filter((each) => each.startsWith('service.'))).toHaveLength(6);
  expect([...started.world.servers.values()]).toEqual([OLD, OLD]);
  const failed = await runSheet(plan, failing('health.endpoint'));
  expect(failed.status.outcome).toBe('rolled_back');
  expect([...failed.world.servers.values()]).toEqual([OLD, OLD]);
});

it('configuration alone is put back where it fails, on servers that stay in the pool', async () => {
  const plan = planOf('configuration.en.md');
  expect(failureLines(runOf(plan), 'en').slice(1)).toEqual([
    '  steps 1–2: the old version is restored one at a time, so the service stays available',
  ]);
  const { world, status } = await runSheet(plan, failing('health.endpoint'));
  expect(status.outcome).toBe('rolled_back');
  expect(world.names().filter((each) => each.startsWith('config.restore'))).toHaveLength(2);
});

it('servers that a failover took out of the pool are back in it where it fails', async () => {
  const { world, status } = await runSheet(planOf('failover.en.md'), failing('routes.update'));
  expect(status.outcome).toBe('rolled_back');
  expect([world.servers.get('a'), world.servers.get('b')]).toEqual([OLD, OLD]);
});

describe('success rules where no step changes servers', () => {
  const measured: readonly Fact[] = [{ id: 'service.error_rate', value: 50, samples: 100 }];

  it('are judged at the end', async () => {
    const { failure, status } = await runSheet(planOf('inspection.en.md'), {
      facts: ({ name }) => (name === 'measureOutcome' ? measured : null),
    });
    expect(failure).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 2, type: 'SUCCESS_RULE_FAILED' });
  });

  it('are refused where a run may come to its end without having measured them', () => {
    const skip = '- 验证 API 健康端点\n\n**跳过条件**:\n- 参数 `quick` 为 true\n';
    const text = textOf('inspection.md')
      .replace('- 验证 API 健康端点\n', skip)
      .replace(
        '  version: {',
        '  quick: { type: boolean, required: false, default: false, description: 快 }\n  version: {',
      );
    const { plan, diagnostics } = compileTemplate({ file: 'inspection.md', text });
    expect(plan).toBeNull();
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'UNMEASURED_CRITERION', message: { en: expect.stringContaining('quick = true') } },
    ]);
  });
});
