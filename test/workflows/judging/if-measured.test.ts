/** Defaults that count only where there was something to measure, beside those that always do. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fact } from '../../../src/plan/run.ts';
import { edit, planOf, seedText, stepText } from '../../compiler/reference.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, type Ended, Harness } from '../../support/run-harness.ts';
import { stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});

afterAll(() => harness?.close());

/** A run in development whose third step finds an image that measures this. */
function runWith(criteria: string, facts: readonly Fact[]): Promise<Ended> {
  const step = `### 3. 镜像 [action]\n**执行内容**:\n- 使用已构建的镜像\n\n${criteria}`;
  const plan = planOf(edit(seedText, stepText(seedText, 3), step));
  const world = stubWorld({
    resolve: ({ inputs }) => resolvedRun((inputs[0] ?? {}) as Record<string, string>, { plan }),
    facts: ({ name }) => (name === 'image.use' ? facts : null),
  });
  return harness.run(world, { environment: 'development', language: 'en' });
}

const criteriaOf = ({ status }: Ended) =>
  status.steps
    .find(({ number }) => number === 3)
    ?.criteria.map(({ fact, passed }) => [fact, passed]);

it('passes where nothing could be measured, and shows no criterion as held', async () => {
  const ended = await runWith('', []);
  expect(ended.failure).toBeNull();
  expect(criteriaOf(ended)).toEqual([]);
});

it('shows what was measured, and fails where that does not hold', async () => {
  const good = await runWith('', [{ id: 'image.commit_matches', value: true }]);
  expect(good.failure).toBeNull();
  expect(criteriaOf(good)).toEqual([['image.commit_matches', true]]);
  const bad = await runWith('', [{ id: 'image.signature_valid', value: false, detail: 'no key' }]);
  expect(bad.failure?.message).toMatch(/Image signature|镜像签名/u);
  expect(criteriaOf(bad)).toEqual([['image.signature_valid', false]]);
});

it('fails unmeasured where the document itself asks for it', async () => {
  const ended = await runWith('**成功条件**:\n- 镜像签名有效\n\n', []);
  expect(ended.failure?.message).toContain('镜像签名有效');
});

it('tells an age in hours', async () => {
  const age: Fact = { id: 'image.age', value: 50 * 3_600_000 };
  const ended = await runWith('**成功条件**:\n- 镜像构建距今 <= 24小时\n\n', [age]);
  expect(ended.failure?.message).toContain('50 h 0 min');
});
