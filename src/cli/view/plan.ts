/** A plan as people read it: steps with tasks and thresholds, and what a failure means for the servers. Pure. */

import { allLeftOut, leftOut, tasksIn } from '../../actions/questions.ts';
import { actionFates, duration, rolledSteps, sectionDefault } from '../../compiler/index.ts';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import type { DefaultedSection, Json, PlanStep, StepKind, Task } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { balancerLines } from './balancer.ts';
import { batchLines } from './batches.ts';
import { countedZh } from './counted.ts';
import { failureLines } from './failure.ts';
import { visible } from './text.ts';

const KINDS: Readonly<Record<StepKind, Localized>> = {
  action: { zh: '动作', en: 'action' },
  condition: { zh: '判断', en: 'condition' },
  approval: { zh: '审批', en: 'approval' },
  parallel: { zh: '各服务器同时', en: 'all servers at once' },
};

const SECTION_NAMES: Readonly<Record<DefaultedSection, Localized>> = {
  rollback: { zh: '回滚策略', en: 'rollback policy' },
  success: { zh: '成功判定条件', en: 'success criteria' },
  metrics: { zh: '监控指标', en: 'metrics' },
  examples: { zh: '使用示例', en: 'usage examples' },
};

export function renderPlan(run: ResolvedRun, language: Language): string[] {
  const say = sayIn(language);
  const { plan } = run;
  const lines = [
    `${plan.presentation.title}  ${run.service} ${run.version} → ${run.environment}`,
    `${say({ zh: '计划', en: 'plan' })} ${run.planDigest}`,
    `${say({ zh: '申请人', en: 'requested by' })} ${run.requestedBy}`,
    ...plan.parameters.map(({ name }) => `  ${name}: ${shown(run.parameters[name] ?? null)}`),
    '',
    ...plan.steps.flatMap((step) => stepLines(run, step, language)),
    '',
    ...withGap(batchLines(run, language)),
    ...withGap(balancerLines(run.settings.balancer, language)),
    ...withGap(defaultLines(run, language)),
    ...withGap(actionLines(run, language)),
    restoredWith(run, language),
    '',
    say({ zh: '失败时：', en: 'If a step fails:' }),
    ...failureLines(run, language).map((line) => `  ${line}`),
  ];
  return lines.map(visible);
}

/** What the run sheet does not say, and what holds therefore. */
function defaultLines({ plan }: ResolvedRun, language: Language): readonly string[] {
  const { defaults = [] } = plan.presentation;
  if (defaults.length === 0) return [];
  const heading = {
    zh: '操作单没有写，按默认：',
    en: 'By default, as the run sheet does not say:',
  };
  return [
    heading[language],
    ...defaults.map((name) => {
      const title = SECTION_NAMES[name][language];
      const says = sectionDefault(name, plan)[language];
      return sayIn(language)({ zh: `  ${title}：${says}`, en: `  ${title}: ${says}` });
    }),
  ];
}

/** What a failure afterwards does with what the project's own actions did. */
function actionLines(run: ResolvedRun, language: Language): readonly string[] {
  const fates = actionFates(run).map((each) => `  ${each[language]}`);
  if (fates.length === 0) return [];
  return [sayIn(language)({ zh: '项目自己的动作：', en: 'Your own actions:' }), ...fates];
}

/** With what a former version comes back, and what is done where its server does not say. */
function restoredWith({ settings }: ResolvedRun, language: Language): string {
  const say = sayIn(language);
  const without =
    settings.image.kind === 'docker'
      ? say({ zh: '原样启动保留的容器', en: 'its container is started as it was' })
      : say({
          zh: '按 runsheet.yaml 现在的设置启动',
          en: 'it is started with the settings that runsheet.yaml has now',
        });
  return say({
    zh: `回滚时，旧版本按它自己的运行设置恢复；服务器上没有记录时（plan --probe 会指出），${without}`,
    en: `A rollback starts a former version with what it ran with; where a server has no record of that (plan --probe names it), ${without}`,
  });
}

function withGap(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}

/** With batches, the servers of one batch run at once. */
function kindOf({ plan }: ResolvedRun, step: PlanStep, language: Language): string {
  if (step.kind !== 'parallel' || !rolledSteps(plan).includes(step))
    return KINDS[step.kind][language];
  return sayIn(language)({ zh: '同批服务器同时', en: 'all servers of a batch at once' });
}

function stepLines(run: ResolvedRun, step: PlanStep, language: Language): readonly string[] {
  const shownAs = run.plan.presentation.steps.find((each) => each.number === step.number);
  const skip = run.overrides.skip.find((each) => each.step === step.number);
  const why = skip?.reason ?? withoutPool(run, step)?.[language];
  const skipped =
    why === undefined ? '' : sayIn(language)({ zh: `  跳过：${why}`, en: `  skipped: ${why}` });
  const added = run.overrides.add
    .filter((each) => each.step === step.number)
    .map((each) => `       + ${each.phrase}`);
  return [
    `${String(step.number).padStart(3)}. ${shownAs?.title ?? ''} [${kindOf(run, step, language)}]${skipped}`,
    ...(why === undefined ? bodyLines(run, step, shownAs, language) : []),
    ...added,
  ];
}

type Shown = ResolvedRun['plan']['presentation']['steps'][number] | undefined;

function bodyLines(
  run: ResolvedRun,
  step: PlanStep,
  shownAs: Shown,
  language: Language,
): readonly string[] {
  switch (step.kind) {
    case 'action':
    case 'parallel':
      return [
        ...step.tasks.map(
          (task, index) =>
            `       ${shownAs?.tasks[index] ?? task.action}${restOf(run, task, language)}`,
        ),
        ...step.criteria.map((each, index) => `       ✓ ${shownAs?.criteria[index] ?? each.fact}`),
      ];
    case 'approval':
      return approvalLines(run, step, language);
    case 'condition':
      return [];
  }
}

function approvalLines(
  run: ResolvedRun,
  step: Extract<PlanStep, { kind: 'approval' }>,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const roles = step.approvers[run.environment] ?? [
    ...new Set(Object.values(step.approvers).flat()),
  ];
  const names = roles.map((role) => run.plan.presentation.roleNames[role] ?? role).join(', ');
  const quorum = say(quorumOf(step));
  const time = duration(step.timeoutSeconds, language);
  return [
    say({
      zh: `       ${names}；${quorum}；${time}后超时`,
      en: `       ${names}; ${quorum}; expires after ${time}`,
    }),
  ];
}

function quorumOf({ quorum }: Extract<PlanStep, { kind: 'approval' }>): Localized {
  switch (quorum.kind) {
    case 'any':
      return { zh: '至少一人', en: 'any one of them' };
    case 'all':
      return { zh: '每个角色一人', en: 'one per role' };
    case 'count':
      return {
        zh: countedZh(quorum.people, '人'),
        en: countedEn(quorum.people, 'person', 'people'),
      };
  }
}

/** Why a step is left out in a project without a load balancer. */
function withoutPool({ settings, overrides }: ResolvedRun, step: PlanStep): Localized | null {
  const isAddedTo = overrides.add.some((each) => each.step === step.number);
  return isAddedTo ? null : allLeftOut(tasksIn(step), settings.balancer.capabilities.pool);
}

/** With what a task is done, or why it is not. */
function restOf({ settings }: ResolvedRun, task: Task, language: Language): string {
  const without = leftOut(task.action, settings.balancer.capabilities.pool);
  if (without === null) return settingsOf(task.settings);
  return sayIn(language)({ zh: `  跳过：${without.zh}`, en: `  skipped: ${without.en}` });
}

/** The limits that the text sets, as they apply to the run. */
function settingsOf(settings: Readonly<Record<string, Json>>): string {
  const texts = Object.entries(settings).map(([name, value]) => `${name}=${shown(value)}`);
  return texts.length === 0 ? '' : `  {${texts.join(', ')}}`;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
