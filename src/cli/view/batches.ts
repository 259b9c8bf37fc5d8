/** The batches of a run for people: who goes when, who serves meanwhile, and what a failure means for each. Pure. */
import {
  batchesOf,
  duration,
  fewestInPool,
  largestBatch,
  outageOf,
  rollingSourceText,
  rollingText,
} from '../../compiler/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RollingRule } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';

/** Two hundred servers one by one are two hundred batches: the rest is counted. */
export const MOST_BATCHES = 12;
const MOST_NAMES = 8;

/** The section of the plan that says how the servers go; nothing where no step stops any. */
export function batchLines(run: ResolvedRun, language: Language): readonly string[] {
  const zh = language === 'zh';
  const { rolling, steps } = run.plan;
  if (rolling === undefined) {
    if (outageOf(steps) === null || run.servers.length === 0) return [];
    const many = run.servers.length;
    const [all, of] = [counted(many, language), counted(run.poolSize, language)];
    return [
      zh
        ? `批次：无，${all}同时进行（池中共 ${of}）`
        : `batches: none; ${all} at once, of ${of} in the pool`,
    ];
  }
  const source = rollingSourceText(run.rollingFrom, language);
  const text = rollingText(rolling, language);
  const { from, to } = rolling;
  const batches = batchesOf(run.servers, rolling);
  return [
    zh ? `批次（${source}）：${text}` : `batches (${source}): ${text}`,
    zh
      ? `  步骤 ${from}–${to} 一批接一批进行，共 ${batches.length} 批`
      : `  steps ${from}–${to} run batch by batch, ${batches.length} in all`,
    ...batches
      .slice(0, MOST_BATCHES)
      .flatMap((servers, index) => batchLine(run, rolling, { servers, index, batches }, language)),
    ...restLine(batches.length, language),
    ...floorLine(run, rolling, language),
    ...budgetLines(run, rolling, language),
  ];
}

interface Batch {
  readonly servers: readonly string[];
  readonly index: number;
  readonly batches: readonly (readonly string[])[];
}

function batchLine(
  run: ResolvedRun,
  rule: RollingRule,
  { servers, index, batches }: Batch,
  language: Language,
): readonly string[] {
  const zh = language === 'zh';
  const canary = zh ? '金丝雀' : 'canary';
  const observed =
    rule.observeSeconds === 0
      ? zh
        ? '不观察'
        : 'not observed'
      : zh
        ? `观察 ${duration(rule.observeSeconds, language)}`
        : `observed for ${duration(rule.observeSeconds, language)}`;
  const serving = leastServing(run, servers.length);
  const meanwhile = zh
    ? `其间至少 ${serving}/${run.poolSize} 台服务`
    : `at least ${serving} of ${run.poolSize} serve meanwhile`;
  const parts = [...(index === 0 ? [canary, observed] : []), meanwhile];
  const pauses = rule.pauseSeconds > 0 && index < batches.length - 1;
  return [
    `  ${index + 1}. ${namesOf(servers, language)}  (${parts.join(zh ? '，' : ', ')})`,
    ...(pauses
      ? [
          zh
            ? `     间隔 ${duration(rule.pauseSeconds, language)}`
            : `     a pause of ${duration(rule.pauseSeconds, language)}`,
        ]
      : []),
  ];
}

/** As long as every server can be reached. */
function leastServing(run: ResolvedRun, out: number): number {
  return Math.max(0, run.poolSize - out);
}

function floorLine(
  run: ResolvedRun,
  { minimumInPoolPercent: percent }: RollingRule,
  language: Language,
): readonly string[] {
  if (percent === 0) return [];
  const kept = fewestInPool(run.poolSize, percent);
  return [
    language === 'zh'
      ? `  最少在线 ${percent}%：池中任何时候不少于 ${kept}/${run.poolSize} 台，否则运行失败并回滚`
      : `  floor ${percent}%: never fewer than ${kept} of ${run.poolSize} in the pool, else the run fails and is undone`,
  ];
}

function budgetLines(run: ResolvedRun, rule: RollingRule, language: Language): readonly string[] {
  const zh = language === 'zh';
  const { failureBudget: budget, minimumInPoolPercent: percent } = rule;
  if (budget === 0) return [];
  const largest = largestBatch(run.servers, rule);
  const fits = run.poolSize - largest - budget >= fewestInPool(run.poolSize, percent);
  const lines = [
    zh
      ? `  失败预算 ${budget} 台：失败的服务器恢复旧版本，无法连接的留在池外（上面的台数随之减少），其余继续；首批全部失败时不适用`
      : `  failure budget ${budget}: a server that fails is put back as it was, one that cannot be reached stays out of the pool (then fewer serve than said above), and the others go on; not where the whole first batch fails`,
  ];
  if (fits) return lines;
  return [
    ...lines,
    zh
      ? `  若有 ${budget} 台留在池外，一批 ${largest} 台会低于最少在线：运行在那里失败，并回滚`
      : `  with ${counted(budget, language)} out of the pool a batch of ${largest} falls below the floor: there the run fails and is undone`,
  ];
}

/** What a long list leaves out. */
export function restLine(count: number, language: Language): readonly string[] {
  const more = count - MOST_BATCHES;
  if (more <= 0) return [];
  return [language === 'zh' ? `  … 还有 ${more} 批` : `  … and ${more} more batches`];
}

export function namesOf(servers: readonly string[], language: Language): string {
  const more = servers.length - MOST_NAMES;
  const shown = servers.slice(0, MOST_NAMES).join(', ');
  if (more <= 0) return shown;
  return language === 'zh' ? `${shown} 等 ${servers.length} 台` : `${shown} and ${more} more`;
}

function counted(servers: number, language: Language): string {
  if (language === 'zh') return `${servers} 台`;
  return `${servers} ${servers === 1 ? 'server' : 'servers'}`;
}
