/** What a failure means for each batch of a rolling run. Pure. */
import { batchesOf, fewestInPool, rolledSteps } from '../../compiler/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RollingRule } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { MOST_BATCHES, namesOf, restLine } from './batches.ts';
import { rangeEn, rangeZh } from './counted.ts';
import { rollbackOf } from './rollback.ts';

/** Like `rollbackOf`, but the steps that run batch by batch are listed for each batch. */
export function rollingRollbackLines(
  run: ResolvedRun,
  rule: RollingRule,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const { steps } = run.plan;
  const group = rolledSteps(run.plan);
  const before = steps.slice(
    0,
    steps.findIndex((step) => step === group[0]),
  );
  const after = steps.slice(before.length + group.length);
  const batches = batchesOf(run.servers, rule);
  const isEmptied = (servers: readonly string[]): boolean => servers.length >= run.poolSize;
  return [
    ...rollbackOf(run, before, false, language),
    ...batches.slice(0, MOST_BATCHES).flatMap((servers, index) => [
      say({
        zh: `批次 ${index + 1}：${namesOf(servers, language)}`,
        en: `batch ${index + 1}: ${namesOf(servers, language)}`,
      }),
      ...(index === 0 ? [] : [earlier(index, language)]),
      ...(index > 0 && isEmptied(servers) === isEmptied(batches[0] ?? [])
        ? [sameAsFirst(rule, language)]
        : rollbackOf(run, group, isEmptied(servers), language).map((line) => `  ${line}`)),
      ...(index === batches.length - 1 ? [] : [later(run, rule, index, batches.length, language)]),
    ]),
    ...restLine(batches.length, language),
    ...rollbackOf(run, after, false, language),
  ];
}

function earlier(index: number, language: Language): string {
  return sayIn(language)({
    zh: `  ${rangeZh('批次', 1, index)} 失败时：没有改动`,
    en: `  if ${oneOfBatches(1, index)} fails: unchanged`,
  });
}

function sameAsFirst({ from, to }: RollingRule, language: Language): string {
  return sayIn(language)({
    zh: `  ${rangeZh('步骤', from, to)}：同批次 1`,
    en: `  ${rangeEn('step', from, to)}: same as batch 1`,
  });
}

/** `batch 2`, `one of batches 2–4`. */
function oneOfBatches(from: number, to: number): string {
  return from === to ? `batch ${from}` : `one of batches ${from}–${to}`;
}

function later(
  run: ResolvedRun,
  rule: RollingRule,
  index: number,
  count: number,
  language: Language,
): string {
  const kept = fewestInPool(run.poolSize, rule.minimumInPoolPercent);
  const say = sayIn(language);
  const how =
    kept === 0
      ? say({ zh: '逐台进行，服务保持可用', en: 'one at a time, so the service stays available' })
      : say({
          zh: `逐台或几台同时进行，至少 ${kept} 台保持挂载`,
          en: `one or more at a time, with at least ${kept} left in the pool`,
        });
  return say({
    zh: `  ${rangeZh('批次', index + 2, count)} 失败时：已挂载，切换回旧版本：${how}`,
    en: `  if ${oneOfBatches(index + 2, count)} fails: already in the pool, switched back ${how}`,
  });
}
