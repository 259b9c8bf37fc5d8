/** What a failure means for each batch of a rolling run. Pure. */
import { batchesOf, fewestInPool, rolledSteps } from '../../compiler/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RollingRule } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { MOST_BATCHES, namesOf, restLine } from './batches.ts';
import { undoOf } from './undo.ts';

/** `失败时` of a rolling run: the steps before and after as ever, those of the group for each batch. */
export function rollingUndoLines(
  run: ResolvedRun,
  rule: RollingRule,
  language: Language,
): readonly string[] {
  const zh = language === 'zh';
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
    ...undoOf(run, before, false, language),
    ...batches
      .slice(0, MOST_BATCHES)
      .flatMap((servers, index) => [
        zh
          ? `批次 ${index + 1}：${namesOf(servers, language)}`
          : `batch ${index + 1}: ${namesOf(servers, language)}`,
        ...(index === 0 ? [] : [earlier(index, language)]),
        ...(index > 0 && isEmptied(servers) === isEmptied(batches[0] ?? [])
          ? [sameAsFirst(rule, language)]
          : undoOf(run, group, isEmptied(servers), language).map((line) => `  ${line}`)),
        ...(index === batches.length - 1
          ? []
          : [later(run, rule, index, batches.length, language)]),
      ]),
    ...restLine(batches.length, language),
    ...undoOf(run, after, false, language),
  ];
}

function earlier(index: number, language: Language): string {
  const range = index === 1 ? '1' : `1–${index}`;
  return language === 'zh'
    ? `  批次 ${range} 失败时：没有被触及`
    : `  batch ${range} fails: not touched`;
}

function sameAsFirst({ from, to }: RollingRule, language: Language): string {
  return language === 'zh'
    ? `  步骤 ${from}–${to}: 同批次 1`
    : `  step ${from}–${to}: as for batch 1`;
}

function later(
  run: ResolvedRun,
  rule: RollingRule,
  index: number,
  count: number,
  language: Language,
): string {
  const range = index + 2 === count ? String(count) : `${index + 2}–${count}`;
  const kept = fewestInPool(run.poolSize, rule.minimumInPoolPercent);
  if (language === 'zh') {
    const how =
      kept === 0 ? '逐台进行，服务保持可用' : `不低于最少在线的 ${kept} 台，逐台或几台同时`;
    return `  批次 ${range} 失败时：已在池中，切换回旧版本：${how}`;
  }
  const how =
    kept === 0
      ? 'one after the other, so that the service stays available'
      : `one after the other, or as many as leave ${kept} in the pool`;
  return `  batch ${range} fails: already in the pool, switched back ${how}`;
}
