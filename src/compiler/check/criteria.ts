/** Bullets under 成功条件: each is a fact that the step's tasks measure, with a threshold. */

import type { FactDefinition } from '../../actions/index.ts';
import { ACTIONS, FACTS } from '../../actions/index.ts';
import { findCriterionPhrase, findSubject } from '../../actions/phrases.ts';
import { measures } from '../../actions/questions.ts';
import type { Criterion, Task } from '../../plan/plan.ts';
import type { Comparison } from '../../plan/units.ts';
import { type Context, claim, didYouMean, isFull, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseDurationMs } from '../parse/duration.ts';
import { part, type Words } from '../parse/items.ts';
import { type Comparative, parseComparative, parseCount, parsePercent } from '../parse/quantity.ts';
import { checkPlaceholders, type Names } from './names.ts';

/** The criteria of a step. What no task of the step measures is reported: it could never pass. */
export function checkCriteria(
  context: Context,
  names: Names,
  bullets: readonly Words[],
  tasks: readonly Task[],
): readonly { criterion: Criterion; words: Words }[] {
  return bullets.flatMap((words) => {
    const criterion = checkCriterion(context, names, words);
    if (criterion === null) return [];
    if (!isMeasured(criterion, tasks)) reportUnmeasured(context, words, criterion);
    claim(context, words.start, 'criterion', describe(criterion));
    return [{ criterion, words }];
  });
}

function checkCriterion(context: Context, names: Names, words: Words): Criterion | null {
  const fixed = findCriterionPhrase(words.text);
  if (fixed !== null) return plain(fixed);
  const labelled = /^([^:：<>=]+)[:：](.+)$/su.exec(words.text);
  const subject = labelled === null ? null : findSubject(labelled[1] ?? '');
  if (subject?.unit === 'text') {
    const value = part(words, (labelled?.[1] ?? '').length + 1);
    checkPlaceholders(context, names, value);
    return {
      fact: subject.id,
      comparison: '==',
      threshold: value.text.replaceAll('`', '').trim(),
      unit: 'text',
    };
  }
  const comparative = parseComparative(words.text);
  const definition = comparative === null ? null : findSubject(comparative.subject);
  if (comparative === null || definition === null) return reportUnknown(context, words);
  return compared(context, words, definition, comparative);
}

function plain(fact: FactDefinition): Criterion {
  const threshold = fact.projectThreshold === undefined ? fact.defaultThreshold : null;
  return { fact: fact.id, comparison: fact.defaultComparison, threshold, unit: fact.unit };
}

function compared(
  context: Context,
  words: Words,
  fact: FactDefinition,
  { comparison, figure }: Comparative,
): Criterion | null {
  const threshold = figureOf(fact, figure);
  if (threshold === null) {
    const isTime = fact.unit === 'milliseconds';
    report(
      context,
      isTime ? 'BAD_DURATION' : 'BAD_FIELD',
      words,
      {
        zh: `「${figure}」不能作为「${fact.label.zh}」的阈值`,
        en: `"${figure}" cannot be a threshold for "${fact.label.en}"`,
      },
      {
        expected: isTime ? '500ms' : fact.unit === 'percent' ? '0% – 100%' : '0, 1, 2, …',
        actual: figure,
      },
    );
    return null;
  }
  warnOfDirection(context, words, fact, comparison);
  return { fact: fact.id, comparison, threshold, unit: fact.unit };
}

function figureOf(fact: FactDefinition, figure: string): number | null {
  switch (fact.unit) {
    case 'percent': {
      const percent = parsePercent(figure);
      return percent !== null && (percent <= 100 || fact.mayExceedAll === true) ? percent : null;
    }
    case 'milliseconds':
      return parseDurationMs(figure);
    case 'count':
      return parseCount(figure);
    default:
      return null;
  }
}

/** `错误率 > 1%` succeeds when the service is broken: surely a slip. */
function warnOfDirection(
  context: Context,
  words: Words,
  fact: FactDefinition,
  comparison: Comparison,
): void {
  const wantsMore = fact.moreIsBetter === true;
  const isAbove = comparison === '>' || comparison === '>=';
  const isBelow = comparison === '<' || comparison === '<=';
  if (!(wantsMore ? isBelow : isAbove)) return;
  report(
    context,
    'BAD_FIELD',
    words,
    {
      zh: `方向可能写反了：「${fact.label.zh}」${wantsMore ? '越高越好' : '越低越好'}`,
      en: `this may be the wrong way round: for "${fact.label.en}", ${wantsMore ? 'more' : 'less'} is better`,
    },
    {
      severity: 'warning',
      remedy: {
        zh: `通常写「${wantsMore ? '>=' : '<'}」`,
        en: `"${wantsMore ? '>=' : '<'}" is usual`,
      },
    },
  );
}

function isMeasured({ fact }: Criterion, tasks: readonly Task[]): boolean {
  return tasks.some((task) => measures(task.action, fact));
}

function reportUnmeasured(context: Context, words: Words, { fact }: Criterion): void {
  const measuring = Object.values(ACTIONS).filter(({ id }) => measures(id, fact));
  const zh = measuring.flatMap(({ phrases }) => phrases.zh[0] ?? []);
  const en = measuring.flatMap(({ phrases }) => phrases.en[0] ?? []);
  report(
    context,
    'UNMEASURED_CRITERION',
    words,
    {
      zh: `这一步没有任何动作测量「${FACTS[fact].label.zh}」，这个条件永远不会满足`,
      en: `nothing in this step measures "${FACTS[fact].label.en}", so this could never pass`,
    },
    {
      remedy: {
        zh: `请在这一步加上：${zh.map((each) => `「${each}」`).join(' 或 ') || 'runsheet.yaml 的 actions 中的短语'}`,
        en: `add to this step: ${en.map((each) => `"${each}"`).join(' or ') || 'a phrase of actions in runsheet.yaml'}`,
      },
    },
  );
}

function reportUnknown(context: Context, words: Words): null {
  const known = Object.values(FACTS).flatMap(({ phrases, subjects }) => [
    ...phrases.zh,
    ...phrases.en,
    ...(subjects?.zh ?? []),
    ...(subjects?.en ?? []),
  ]);
  report(
    context,
    'UNKNOWN_PHRASE',
    words,
    {
      zh: `没有条件叫「${words.text}」`,
      en: `no criterion is called "${words.text}"`,
    },
    {
      actual: words.text,
      remedy: didYouMean(isFull(context) ? [] : nearest(words.text, known), {
        zh: '条件例如：测试通过率 >= 95%、无高危安全漏洞',
        en: 'a criterion is for example: test pass rate >= 95%, no high-risk security vulnerabilities',
      }),
    },
  );
  return null;
}

function describe({ fact, comparison, threshold, unit }: Criterion): { zh: string; en: string } {
  const suffix = unit === 'percent' ? '%' : unit === 'milliseconds' ? ' ms' : '';
  if (threshold === null) {
    return {
      zh: `判据 ${fact} ${comparison} 项目设置（默认 ${String(FACTS[fact].defaultThreshold)}${suffix}）`,
      en: `criterion ${fact} ${comparison} the project's setting (default ${String(FACTS[fact].defaultThreshold)}${suffix})`,
    };
  }
  const rest = `${fact} ${comparison} ${String(threshold)}${suffix}`;
  return { zh: `判据 ${rest}`, en: `criterion ${rest}` };
}
