/** `## 成功判定条件` and `## 监控指标`: what a whole run is held against, and what it reports. */

import { ACTIONS, FACTS } from '../../actions/index.ts';
import { normalisePhrase } from '../../actions/phrases.ts';
import { changesServers, measures, tasksIn } from '../../actions/questions.ts';
import { type CompletionFactId, SUCCESS_RULES } from '../../actions/success-rules.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { MetricName, PlanStep, SuccessRule } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { DEFAULT_SUCCESS, defaultMetrics } from '../section-defaults.ts';
import { isBeyond, reportPoolFact } from './criteria.ts';
import { type Path, whereOf } from './paths.ts';
import { conditionOf } from './provided.ts';

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
  paths: readonly Path[],
): readonly SuccessRule[] {
  const section = document.sections.get('success');
  if (section === undefined) return DEFAULT_SUCCESS;
  const bullets = section.items.flatMap((item) => (item.kind === 'bullet' ? [item.words] : []));
  const when = steps.some(changesServers)
    ? {
        zh: '在最后一个涉及服务器的步骤结束时',
        en: 'at the end of the last step that touches servers',
      }
    : { zh: '在最后一步结束时', en: 'at the end of the last step' };
  return bullets.flatMap((bullet) => {
    const mark = /^(?:[✅✔☑✓]\uFE0F?\s*|\[[ xX]\]\s*)*/u.exec(bullet.text)?.[0].length ?? 0;
    const words = part(bullet, mark);
    const fact = ruleOf(words);
    if (fact === null) return reportUnknownRule(context, words);
    const { judgedBy } = SUCCESS_RULES[fact];
    if (judgedBy !== null && isBeyond(context, judgedBy)) {
      reportPoolFact(context, words, 'ruleWithoutPool');
    } else if (canBeJudged(SUCCESS_RULES[fact], steps)) {
      checkInTime(context, words, SUCCESS_RULES[fact], paths);
    } else reportUnjudged(context, words, SUCCESS_RULES[fact]);
    claim(context, words.start, 'success rule', {
      zh: `成功规则 ${fact}，${when.zh}判断`,
      en: `success rule ${fact}, judged ${when.en}`,
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
  if (judgedBy === null) return;
  const measuring = Object.values(ACTIONS).find(({ id }) => measures(id, judgedBy));
  const phrase = { zh: measuring?.phrases.zh[0] ?? '', en: measuring?.phrases.en[0] ?? '' };
  const variant = as === 'threshold' ? 'ruleWithoutThreshold' : 'ruleWithoutStep';
  const about = { fact: FACTS[judgedBy].label, phrase };
  report(context, words, diagnose('UNMEASURED_CRITERION', variant, about));
}

/**
 * The rules are judged with the last step that changes servers: what is measured later is too late.
 * Where no step does, they are judged at the end.
 */
function checkInTime(
  context: Context,
  words: Words,
  { judgedBy }: Rule,
  paths: readonly Path[],
): void {
  if (judgedBy === null) return;
  const measuring = (steps: readonly PlanStep[]): boolean =>
    steps.some((step) => tasksIn(step).some(({ action }) => measures(action, judgedBy)));
  const lacking = paths.filter(({ steps }) => {
    const last = steps.findLastIndex(changesServers);
    return !measuring(last < 0 ? steps : steps.slice(0, last + 1));
  });
  const [first] = lacking;
  const judged = first?.steps.findLast(changesServers) ?? first?.steps.at(-1);
  if (judged === undefined) return;
  const step = judged.number;
  const about = { fact: FACTS[judgedBy].label, step };
  const where = conditionOf(whereOf(lacking, paths));
  const isLate = lacking.some(({ steps }) => measuring(steps));
  report(
    context,
    words,
    where === null || isLate
      ? diagnose('UNMEASURED_CRITERION', 'ruleTooLate', about)
      : diagnose('UNMEASURED_CRITERION', 'ruleNotAlways', { ...about, where }),
  );
}

function reportUnknownRule(context: Context, words: Words): [] {
  const rules = RULE_IDS.map((fact) => SUCCESS_RULES[fact].phrases);
  const near = nearest(
    words.text,
    rules.flatMap(({ zh, en }) => [...zh, ...en]),
  );
  const known = rules.map(({ zh, en }) => ({ zh: zh[0], en: en[0] }));
  report(
    context,
    words,
    diagnose(
      'UNKNOWN_PHRASE',
      'successRule',
      { phrase: words.text, known },
      { near, actual: words.text },
    ),
  );
  return [];
}

export function checkMetrics(
  context: Context,
  document: Document,
  steps: readonly PlanStep[],
): readonly MetricName[] {
  const section = document.sections.get('metrics');
  if (section === undefined) return defaultMetrics(METRICS, steps);
  const bullets = section.items.flatMap((item) => (item.kind === 'bullet' ? [item.words] : []));
  const found = bullets.flatMap((words) => {
    const name = (/^`?([\w.-]+)`?/u.exec(words.text)?.[1] ?? words.text).trim();
    const metric = METRICS.find((each) => each === name);
    if (metric === undefined) {
      const near = nearest(name, METRICS, 1);
      const diagnostic = diagnose(
        'UNKNOWN_REFERENCE',
        'metric',
        { name, known: METRICS },
        { near },
      );
      report(context, words, diagnostic);
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
