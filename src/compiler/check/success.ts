/** `## 成功判定条件` and `## 监控指标`: what a whole run is held against, and what it reports. */

import type { CompletionFactId, FactId } from '../../actions/ids.ts';
import { ACTIONS, normalisePhrase } from '../../actions/index.ts';
import type { MetricName, PlanStep, SuccessRule } from '../../plan/plan.ts';
import { type Context, claim, didYouMean, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { missingSection } from './sections.ts';

interface Completion {
  readonly phrases: readonly string[];
  /** What a step must measure for the rule to be judged, and whether a criterion must give its threshold. */
  readonly needs: FactId | null;
  readonly byThreshold: boolean;
}

const COMPLETIONS: Readonly<Record<CompletionFactId, Completion>> = {
  'run.required_steps_done': {
    phrases: [
      '所有必要步骤执行完成',
      '所有必要步骤完成',
      'All required steps are done',
      'All required steps done',
    ],
    needs: null,
    byThreshold: false,
  },
  'run.health_passed': {
    phrases: [
      '健康检查全部通过',
      '所有健康检查通过',
      'All health checks pass',
      'All health checks passed',
    ],
    needs: 'health.passed',
    byThreshold: false,
  },
  'run.traffic_received': {
    phrases: [
      '服务正常接收流量',
      'The service receives traffic normally',
      'The service receives traffic',
    ],
    needs: 'traffic.all_receive',
    byThreshold: false,
  },
  'run.error_rate_below_threshold': {
    phrases: [
      '错误率低于阈值',
      'The error rate is below its threshold',
      'The error rate is below the threshold',
    ],
    needs: 'service.error_rate',
    byThreshold: true,
  },
  'run.performance_met': {
    phrases: [
      '性能指标符合要求',
      'The performance figures meet the requirements',
      'Performance meets the requirements',
    ],
    needs: 'health_check.response_time',
    byThreshold: true,
  },
};

const METRICS: readonly MetricName[] = [
  'deployment.duration',
  'deployment.success_rate',
  'deployment.rollback_count',
  'health_check.response_time',
  'service.error_rate',
];

export function checkSuccess(
  context: Context,
  document: Document,
  steps: readonly PlanStep[],
): readonly SuccessRule[] {
  const section = document.sections.get('success');
  if (section === undefined) return missingSection(context, 'success', '- …') ?? [];
  const bullets = section.items.flatMap((item) => (item.kind === 'bullet' ? [item.words] : []));
  return bullets.flatMap((bullet) => {
    const mark = /^(?:[✅✔☑✓]\uFE0F?\s*|\[[ xX]\]\s*)*/u.exec(bullet.text)?.[0].length ?? 0;
    const words = part(bullet, mark);
    const fact = completionOf(words);
    if (fact === null) return reportUnknownRule(context, words);
    if (!canBeJudged(COMPLETIONS[fact], steps)) reportUnjudged(context, words, COMPLETIONS[fact]);
    claim(context, words.start, 'success rule', {
      zh: `成功规则 ${fact}，在最后一个涉及服务器的步骤结束时判断`,
      en: `success rule ${fact}, judged at the end of the last step that touches servers`,
    });
    return [{ fact }];
  });
}

function completionOf(words: Words): CompletionFactId | null {
  const wanted = normalisePhrase(words.text);
  for (const [fact, { phrases }] of Object.entries(COMPLETIONS) as [
    CompletionFactId,
    Completion,
  ][]) {
    if (phrases.some((phrase) => normalisePhrase(phrase) === wanted)) return fact;
  }
  return null;
}

function canBeJudged({ needs, byThreshold }: Completion, steps: readonly PlanStep[]): boolean {
  if (needs === null) return true;
  return steps.some((step) => {
    if (step.kind !== 'action' && step.kind !== 'parallel') return false;
    if (byThreshold) return step.criteria.some((criterion) => criterion.fact === needs);
    return step.tasks.some((task) => ACTIONS[task.action].measures.includes(needs));
  });
}

function reportUnjudged(context: Context, words: Words, { needs, byThreshold }: Completion): void {
  const measuring = Object.values(ACTIONS).filter(
    (each) => needs !== null && each.measures.includes(needs),
  );
  const phrase = measuring[0]?.phrases;
  const subject = needs ?? '';
  report(
    context,
    'UNMEASURED_CRITERION',
    words,
    {
      zh: byThreshold ? `没有步骤为「${subject}」设置阈值` : `没有步骤测量「${subject}」`,
      en: byThreshold ? `no step sets a threshold for ${subject}` : `no step measures ${subject}`,
    },
    {
      remedy: {
        zh: `请在某一步加上「${phrase?.zh[0] ?? ''}」${byThreshold ? '及其条件' : ''}，或删去这一条`,
        en: `add "${phrase?.en[0] ?? ''}"${byThreshold ? ' and its criterion' : ''} to a step, or remove this rule`,
      },
    },
  );
}

function reportUnknownRule(context: Context, words: Words): [] {
  const known = Object.values(COMPLETIONS).flatMap(({ phrases }) => phrases);
  report(
    context,
    'UNKNOWN_PHRASE',
    words,
    {
      zh: `没有叫「${words.text}」的成功条件`,
      en: `no success rule is called "${words.text}"`,
    },
    {
      actual: words.text,
      remedy: didYouMean(nearest(words.text, known), {
        zh: `可用：${known[0] ?? ''} 等`,
        en: `known: ${known.at(-1) ?? ''} and others`,
      }),
    },
  );
  return [];
}

export function checkMetrics(context: Context, document: Document): readonly MetricName[] {
  const section = document.sections.get('metrics');
  if (section === undefined)
    return missingSection(context, 'metrics', '`deployment.duration`') ?? [];
  const bullets = section.items.flatMap((item) => (item.kind === 'bullet' ? [item.words] : []));
  const found = bullets.flatMap((words) => {
    const name = (/^`?([\w.-]+)`?/u.exec(words.text)?.[1] ?? words.text).trim();
    const metric = METRICS.find((each) => each === name);
    if (metric === undefined) {
      report(
        context,
        'UNKNOWN_REFERENCE',
        words,
        {
          zh: `没有名为「${name}」的指标`,
          en: `there is no metric "${name}"`,
        },
        {
          remedy: didYouMean(nearest(name, METRICS, 1), {
            zh: `可用：${METRICS.join('、')}`,
            en: `known: ${METRICS.join(', ')}`,
          }),
        },
      );
      return [];
    }
    claim(context, words.start, 'metric', {
      zh: `发送指标 ${metric}`,
      en: `emits the metric ${metric}`,
    });
    return [metric];
  });
  return [...new Set(found)];
}
