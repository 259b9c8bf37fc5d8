/** What approvers and `check --explain` are told of a failure, from the one place that decides it. */
import { expect, it } from 'vitest';
import { compileTemplate } from '../../src/compiler/index.ts';
import { failureSummary } from '../../src/plan/failure/words.ts';
import { seedText } from '../compiler/reference.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { rollingRun } from '../support/rolling-plan.ts';

it('tells approvers what becomes of the servers, in either language', () => {
  const lines = failureSummary(resolvedRun({}));
  expect(lines.map(({ en }) => en)).toEqual([
    'steps 1–5: the run ends; nothing to roll back',
    'steps 6–7: the old version is restored on all servers at once',
    'step 8: switched back: the pool is empty, so all servers at once, each back into the pool as soon as it is healthy',
    'step 9: switched back: servers in the pool one at a time, the others at once, so the service stays available',
    'step 10: the deployment has succeeded: a warning, no rollback',
  ]);
  expect(lines.at(1)?.zh).toBe('步骤 6–7：恢复旧版本，所有服务器同时进行');
});

it('tells them of batches in as many lines, however many there are', () => {
  const lines = failureSummary(rollingRun({ batches: [{ kind: 'count', servers: 1 }] }));
  expect(lines.map(({ en }) => en)).toContain(
    'steps 6–9: where a later batch fails, the batches before it are already in the pool, switched back one at a time, so the service stays available',
  );
  expect(lines.length).toBeLessThan(8);
});

it('explains each range, and the steps that none names', () => {
  const text = seedText.replace(/^.*步骤8-9.*$/mu, '');
  const { explanation } = compileTemplate({ file: 'deployment.md', text });
  const told = explanation.filter(({ became }) => became.en.includes('restored'));
  expect(told.map(({ kind }) => kind)).toEqual(['heading', 'rollback range']);
  expect(told.map(({ became }) => became.en)).toEqual([
    expect.stringContaining('; the rest: step 8: the old version is restored; step 9: '),
    'steps 6–7: the old version is restored',
  ]);
});
