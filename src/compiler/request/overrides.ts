/** Skips and additions of a request: which are allowed, and which task a phrase names. */

import { ACTIONS } from '../../actions/index.ts';
import { findPhrase, normalisePhrase } from '../../actions/phrases.ts';
import {
  changesServers,
  documentSettings,
  limitOf,
  measures,
  tasksIn,
} from '../../actions/questions.ts';
import type { ResourceId } from '../../actions/resources.ts';
import { SUCCESS_RULES } from '../../actions/success-rules.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import { variablesOf } from '../../plan/evaluate.ts';
import type { Json, Plan, PlanStep, Task } from '../../plan/plan.ts';
import type { Overrides } from '../../plan/run.ts';
import type { ProjectAction } from '../../plan/settings.ts';
import { nearest } from '../nearest.ts';
import { parseDurationSeconds } from '../parse/duration.ts';
import { type RawRequest, show } from './inputs.ts';

type Report = (code: Diagnostic['code'], message: Localized, remedy?: Localized) => void;

/** The overrides that a request may have; every refusal at once. */
export function readOverrides(
  plan: Plan,
  raw: Pick<RawRequest, 'skip' | 'add'>,
  projectActions: Readonly<Record<string, ProjectAction>>,
): { overrides: Overrides; diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, message, remedy) => {
    diagnostics.push({ code, severity: 'error', message, ...(remedy !== undefined && { remedy }) });
  };
  const skipped = new Set<number>();
  for (const { step, reason } of raw.skip) {
    const found = findStep(plan, step, report);
    if (skipped.has(step))
      report('BAD_REQUEST', {
        zh: `步骤 ${step} 被跳过了两次`,
        en: `step ${step} is skipped twice`,
      });
    skipped.add(step);
    checkReason(step, reason, report);
    const need = found === null ? null : whyNeeded(plan, found);
    if (need !== null) {
      report('NOT_SKIPPABLE', {
        zh: `步骤 ${step} 不能由请求跳过：${need.zh}`,
        en: `a request cannot skip step ${step}: ${need.en}`,
      });
    }
  }
  const add = raw.add.flatMap(({ step, task: phrase }) => {
    const found = findStep(plan, step, report);
    const task = findTask(phrase, projectActions, report);
    if (found === null || task === null) return [];
    if (!isAddable(found, task, skipped, report)) return [];
    return [{ step, phrase, task }];
  });
  return { overrides: { skip: raw.skip, add }, diagnostics };
}

/** Why a request may not skip a step; null: it may. */
export function whyNeeded(plan: Plan, step: PlanStep): Localized | null {
  if (step.kind === 'approval') return { zh: '它是审批', en: 'it is the approval' };
  if (step.kind === 'condition') {
    const set = new Set(step.branches.flatMap((branch) => branch.set.map((each) => each.variable)));
    const reader = plan.steps.find((each) =>
      each.skipWhen.flatMap(variablesOf).some((name) => set.has(name)),
    );
    return reader === undefined
      ? null
      : {
          zh: `步骤 ${reader.number} 需要它的判断`,
          en: `step ${reader.number} needs its decision`,
        };
  }
  const rule = plan.success.find(({ fact }) => {
    const { judgedBy } = SUCCESS_RULES[fact];
    return judgedBy !== null && step.tasks.some((task) => measures(task.action, judgedBy));
  });
  if (rule !== undefined)
    return { zh: `成功判定（${rule.fact}）需要它`, en: `the success rule ${rule.fact} needs it` };
  const own = new Set(step.tasks.flatMap((task) => ACTIONS[task.action].provides));
  const later = plan.steps.find(
    (each) => each.number !== step.number && isAfter(plan, each, step) && needsAny(each, own),
  );
  if (later !== undefined)
    return { zh: `步骤 ${later.number} 需要它的结果`, en: `step ${later.number} needs its result` };
  return changesServers(step) ? { zh: '它更改服务器', en: 'it changes servers' } : null;
}

function isAfter(plan: Plan, step: PlanStep, other: PlanStep): boolean {
  return plan.steps.indexOf(step) > plan.steps.indexOf(other);
}

/** Whether a step needs, or takes over, any of these. */
function needsAny(step: PlanStep, provided: ReadonlySet<ResourceId>): boolean {
  return tasksIn(step).some(({ action }) => {
    const { needs, takes } = ACTIONS[action];
    return [...needs, ...takes].some((each) => provided.has(each));
  });
}

function findStep(plan: Plan, number: number, report: Report): PlanStep | null {
  const found = plan.steps.find((step) => step.number === number);
  if (found !== undefined) return found;
  const numbers = plan.steps.map((step) => step.number).join(', ');
  report(
    'MISSING_STEP',
    { zh: `没有步骤 ${number}`, en: `there is no step ${number}` },
    { zh: `已有步骤：${numbers}`, en: `the steps are ${numbers}` },
  );
  return null;
}

function checkReason(step: number, reason: string, report: Report): void {
  if (reason.trim() === '') {
    report(
      'BAD_REQUEST',
      { zh: `跳过步骤 ${step} 需要原因`, en: `skipping step ${step} needs a reason` },
      {
        zh: `例如：跳过步骤${step}（代码检查已在CI完成）`,
        en: `for example: Skip step ${step} (checked in CI)`,
      },
    );
  } else if (reason.length > 500) {
    report('TOO_LARGE', {
      zh: `跳过步骤 ${step} 的原因超过 500 字符`,
      en: `the reason for skipping step ${step} is longer than 500 characters`,
    });
  }
}

/** A phrase of ours, with its limit in brackets, or one of the project's own. */
function findTask(
  phrase: string,
  projectActions: Readonly<Record<string, ProjectAction>>,
  report: Report,
): Task | null {
  const wanted = normalisePhrase(phrase);
  const name = Object.keys(projectActions).find((key) => normalisePhrase(key) === wanted);
  if (name !== undefined) return { action: 'project.command', settings: { name } };
  const bracket = /^(?<before>.*\S)\s*[（(](?<limit>[^（()）]*)[)）]$/su.exec(phrase.trim());
  const definition = findPhrase(phrase) ?? findPhrase(bracket?.groups?.['before'] ?? '');
  if (definition !== null) {
    const settings: Record<string, Json> = { ...documentSettings(definition) };
    const limit = limitOf(definition);
    const seconds = parseDurationSeconds(
      (bracket?.groups?.['limit'] ?? '').replace(/^(?:最多|至多|不超过|at most|up to)\s*/iu, ''),
    );
    if (limit !== null && seconds !== null) settings[limit] = seconds;
    return { action: definition.id, settings };
  }
  const known = [
    ...Object.keys(projectActions),
    ...Object.values(ACTIONS).flatMap(({ phrases }) => [...phrases.zh, ...phrases.en]),
  ];
  const near = nearest(phrase, known, 3);
  report(
    'UNKNOWN_TASK',
    { zh: `没有任务「${show(phrase)}」`, en: `there is no task "${show(phrase)}"` },
    {
      zh:
        near.length === 0
          ? '在 runsheet.yaml 的 actions: 中定义它'
          : `最接近的：${near.join('、')}；或在 runsheet.yaml 的 actions: 中定义它`,
      en:
        near.length === 0
          ? 'define it under actions: in runsheet.yaml'
          : `the nearest: ${near.join(', ')}; or define it under actions: in runsheet.yaml`,
    },
  );
  return null;
}

function isAddable(
  step: PlanStep,
  task: Task,
  skipped: ReadonlySet<number>,
  report: Report,
): boolean {
  if (step.kind !== 'action' && step.kind !== 'parallel') {
    report('BAD_REQUEST', {
      zh: `步骤 ${step.number} 不执行任务，不能增加`,
      en: `step ${step.number} runs no tasks, so none can be added`,
    });
    return false;
  }
  if (skipped.has(step.number)) {
    report('BAD_REQUEST', {
      zh: `步骤 ${step.number} 被跳过，不能增加任务`,
      en: `step ${step.number} is skipped, so no task can be added`,
    });
    return false;
  }
  if (ACTIONS[task.action].compensation === undefined) return true;
  report(
    'BAD_REQUEST',
    { zh: '请求不能增加更改服务器的任务', en: 'a request cannot add a task that changes servers' },
    { zh: '把它写进模板', en: 'write it into the template' },
  );
  return false;
}
