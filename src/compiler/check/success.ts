/** `## 成功判定条件` and `## 监控指标`: what a whole run is held against, and what it reports. */

import { ACTIONS } from '../../actions/index.ts';
import { normalisePhrase } from '../../actions/phrases.ts';
import { measures } from '../../actions/questions.ts';
import { type CompletionFactId, SUCCESS_RULES } from '../../actions/success-rules.ts';
import type { MetricName, PlanStep, SuccessRule } from '../../plan/plan.ts';
import { type Context, claim, didYouMean, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { missingSection } from './sections.ts';

type Rule = (typeof SUCCESS_RULES)[CompletionFactId];

const RULE_IDS = Object.keys(SUCCESS_RULES) as readonly CompletionFactId[];

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
    const fact = ruleOf(words);
    if (fact === null) return reportUnknownRule(context, words);
    if (!canBeJudged(SUCCESS_RULES[fact], steps))
      reportUnjudged(context, words, SUCCESS_RULES[fact]);
    claim(context, words.start, 'success rule', {
      zh: `成功规则 ${fact}，在最后一个涉及服务器的步骤结束时判断`,
      en: `success rule ${fact}, judged at the end of the last step that touches servers`,
    });
    return [{ fact }];
  });
}

function ruleOf(words: Words): CompletionFactId | null {
  const wanted = normalisePhrase(words.text);
  for (const fact of RULE_IDS) {
    const { zh, en } = SUCCESS_RULES[fact].phrases;
    if ([...zh, ...en].some((phrase) => normalisePhrase(phrase) === wanted)) return fact;
  }
  return null;
}

function canBeJudged({ judgedBy, as }: Rule, steps: readonly PlanStep[]): boolean {
  if (judgedBy === null) return true;
  return steps.some((step) => {
    if (step.kind !== 'action' && step.kind !== 'parallel') return false;
    if (as === 'threshold') return step.criteria.some(({ fact }) => fact === judgedBy);
    return step.tasks.some((task) => measures(task.action, judgedBy));
  });
}

function reportUnjudged(context: Context, words: Words, { judgedBy, as }: Rule): void {
  const byThreshold = as === 'threshold';
  const measuring = Object.values(ACTIONS).filter(
    ({ id }) => judgedBy !== null && measures(id, judgedBy),
  );
  const phrase = measuring[0]?.phrases;
  const subject = judgedBy ?? '';
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
  const known = RULE_IDS.flatMap((fact) => {
    const { zh, en } = SUCCESS_RULES[fact].phrases;
    return [...zh, ...en];
  });
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
