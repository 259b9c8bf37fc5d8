/** The batches of a run: which servers when, how many stay in the pool, and what a failure means. Pure. */

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
import { countedEn } from '../../diagnostics/language.ts';
import type { RollingRule } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { countedZh, rangeEn, rangeZh } from './counted.ts';

/** Two hundred servers one by one are two hundred batches: the rest are counted. */
export const MOST_BATCHES = 12;
const MOST_NAMES = 8;

/** The section of the plan about batches; empty if no step stops a server. */
export function batchLines(run: ResolvedRun, language: Language): readonly string[] {
  const say = sayIn(language);
  const { rolling, steps } = run.plan;
  const { pool: hasPool } = run.settings.balancer.capabilities;
  if (rolling === undefined) {
    if (outageOf(steps, hasPool) === null || run.servers.length === 0) return [];
    const many = run.servers.length;
    const [pool, inPool] = hasPool ? ['负载均衡', ' in the pool'] : ['', ''];
    return [
      say({
        zh: `批次：不分批，${countedZh(many, '台')}同时进行（${pool}共 ${countedZh(run.poolSize, '台')}）`,
        en: `batches: none; ${countedEn(many, 'server')} at once, out of ${run.poolSize}${inPool}`,
      }),
    ];
  }
  const source = rollingSourceText(run.rollingFrom, language);
  const text = rollingText(rolling, language);
  const { from, to } = rolling;
  const batches = batchesOf(run.servers, rolling);
  return [
    say({ zh: `批次（${source}）：${text}`, en: `batches (${source}): ${text}` }),
    say({
      zh: `  ${rangeZh('步骤', from, to)} 逐批进行，共 ${countedZh(batches.length, '批')}`,
      en: `  ${rangeEn('step', from, to)} run in ${countedEn(batches.length, 'batch', 'batches')}`,
    }),
    ...batches
      .slice(0, MOST_BATCHES)
      .flatMap((servers, index) => batchLine(run, rolling, { servers, index, batches }, language)),
    ...restLine(batches.length, language),
    ...minimumLine(run, rolling, language),
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
  const say = sayIn(language);
  const canary = say({ zh: '金丝雀', en: 'canary' });
  // As long as every server can be reached.
  const left = Math.max(0, run.poolSize - servers.length);
  const meanwhile = run.settings.balancer.capabilities.pool
    ? say({
        zh: `期间至少 ${left}/${run.poolSize} 台在线`,
        en: `at least ${left} of ${run.poolSize} stay in the pool`,
      })
    : say({
        zh: `期间其他 ${left}/${run.poolSize} 台继续工作`,
        en: `the other ${left} of ${run.poolSize} go on`,
      });
  const parts = [...(index === 0 ? [canary, observation(rule, language)] : []), meanwhile];
  const line = `  ${index + 1}. ${namesOf(servers, language)}  (${parts.join(say({ zh: '，', en: ', ' }))})`;
  if (rule.pauseSeconds === 0 || index === batches.length - 1) return [line];
  const pause = duration(rule.pauseSeconds, language);
  return [line, say({ zh: `     间隔 ${pause}`, en: `     pause of ${pause}` })];
}

function observation({ observeSeconds }: RollingRule, language: Language): string {
  const say = sayIn(language);
  if (observeSeconds === 0) return say({ zh: '不观察', en: 'not observed' });
  const time = duration(observeSeconds, language);
  return say({ zh: `观察 ${time}`, en: `observed for ${time}` });
}

function minimumLine(
  run: ResolvedRun,
  { minimumInPoolPercent: percent }: RollingRule,
  language: Language,
): readonly string[] {
  if (percent === 0) return [];
  const kept = fewestInPool(run.poolSize, percent);
  return [
    sayIn(language)({
      zh: `  最少在线 ${percent}%：任何时候至少 ${kept}/${run.poolSize} 台已挂载，否则发布失败并回滚`,
      en: `  minimum in pool ${percent}%: at least ${kept} of ${run.poolSize} are in the pool at any time, or the run fails and is rolled back`,
    }),
  ];
}

function budgetLines(run: ResolvedRun, rule: RollingRule, language: Language): readonly string[] {
  const say = sayIn(language);
  const { failureBudget: budget, minimumInPoolPercent: percent } = rule;
  if (budget === 0) return [];
  const largest = largestBatch(run.servers, rule);
  const fits = run.poolSize - largest - budget >= fewestInPool(run.poolSize, percent);
  const { pool: hasPool } = run.settings.balancer.capabilities;
  if (!hasPool) {
    return [
      say({
        zh: `  允许失败台数 ${budget}：失败的服务器回滚，无法连接的保持原样，其余继续；首批全部失败时不适用`,
        en: `  failure budget ${budget}: a server that fails is rolled back, one that cannot be reached is left as it is, and the others continue; it does not apply if the whole first batch fails`,
      }),
    ];
  }
  const lines = [
    say({
      zh: `  允许失败台数 ${budget}：失败的服务器回滚，无法连接的保持摘除（在线台数随之减少），其余继续；首批全部失败时不适用`,
      en: `  failure budget ${budget}: a server that fails is rolled back, one that cannot be reached stays out of the pool (so fewer stay in it than shown above), and the others continue; it does not apply if the whole first batch fails`,
    }),
  ];
  if (fits) return lines;
  return [
    ...lines,
    say({
      zh: `  若有 ${countedZh(budget, '台')}已摘除，一批 ${countedZh(largest, '台')}会低于最少在线：发布失败并回滚`,
      en: `  with ${countedEn(budget, 'server')} out of the pool, a batch of ${largest} would fall below the minimum in pool: the run would fail and be rolled back`,
    }),
  ];
}

/** How many batches a long list does not show. */
export function restLine(count: number, language: Language): readonly string[] {
  const more = count - MOST_BATCHES;
  if (more <= 0) return [];
  const text = {
    zh: `  … 还有 ${countedZh(more, '批')}`,
    en: `  … and ${countedEn(more, 'more batch', 'more batches')}`,
  };
  return [sayIn(language)(text)];
}

export function namesOf(servers: readonly string[], language: Language): string {
  const more = servers.length - MOST_NAMES;
  const shown = servers.slice(0, MOST_NAMES).join(', ');
  if (more <= 0) return shown;
  return sayIn(language)({
    zh: `${shown} 等 ${countedZh(servers.length, '台')}`,
    en: `${shown} and ${more} more`,
  });
}
