/** A plan for people: steps with tasks and thresholds, and how a failure would be undone on each server. Pure. */
import { rolledSteps } from '../../compiler/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { Json, PlanStep, StepKind } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { batchLines } from './batches.ts';
import { rollingUndoLines } from './rolling-undo.ts';
import { visible } from './text.ts';
import { emptiesPool, undoOf } from './undo.ts';
import { durationWord } from './words.ts';

const KINDS: Readonly<Record<StepKind, Readonly<Record<Language, string>>>> = {
  action: { zh: '动作', en: 'action' },
  condition: { zh: '判断', en: 'condition' },
  approval: { zh: '审批', en: 'approval' },
  parallel: { zh: '各服务器同时', en: 'all servers at once' },
};

/** @param poolServers every server of the run's environment: a pool with others in it stays in service */
export function renderPlan(
  run: ResolvedRun,
  poolServers: readonly string[],
  language: Language,
): string[] {
  const zh = language === 'zh';
  const { plan } = run;
  const lines = [
    `${plan.presentation.title}  ${run.service} ${run.version} → ${run.environment}`,
    `${zh ? '计划' : 'plan'} ${run.planDigest}`,
    `${zh ? '申请人' : 'requested by'} ${run.requestedBy}`,
    ...plan.parameters.map(({ name }) => `  ${name}: ${shown(run.parameters[name] ?? null)}`),
    '',
    ...plan.steps.flatMap((step) => stepLines(run, step, language)),
    '',
    ...withGap(batchLines(run, language)),
    zh ? '失败时：' : 'Where it fails:',
    ...undoLines(run, poolServers, language),
  ];
  return lines.map(visible);
}

function withGap(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}

/** With batches, the servers of one at once. */
function kindOf({ plan }: ResolvedRun, step: PlanStep, language: Language): string {
  if (step.kind !== 'parallel' || !rolledSteps(plan).includes(step))
    return KINDS[step.kind][language];
  return language === 'zh' ? '一批之内各服务器同时' : 'the servers of a batch at once';
}

function stepLines(run: ResolvedRun, step: PlanStep, language: Language): readonly string[] {
  const zh = language === 'zh';
  const shownAs = run.plan.presentation.steps.find((each) => each.number === step.number);
  const skip = run.overrides.skip.find((each) => each.step === step.number);
  const skipped = skip === undefined ? '' : `  ${zh ? '跳过' : 'skipped'}: ${skip.reason}`;
  const added = run.overrides.add
    .filter((each) => each.step === step.number)
    .map((each) => `       + ${each.phrase}`);
  return [
    `${String(step.number).padStart(3)}. ${shownAs?.title ?? ''} [${kindOf(run, step, language)}]${skipped}`,
    ...(skip === undefined ? bodyLines(run, step, shownAs, language) : []),
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
            `       ${shownAs?.tasks[index] ?? task.action}${settingsOf(task.settings)}`,
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
  const zh = language === 'zh';
  const roles = step.approvers[run.environment] ?? [
    ...new Set(Object.values(step.approvers).flat()),
  ];
  const names = roles.map((role) => run.plan.presentation.roleNames[role] ?? role).join(', ');
  const quorum = {
    any: zh ? '至少一人' : 'any one of them',
    all: zh ? '每个角色一人' : 'one for each role',
    count: zh ? '多人' : 'several people',
  }[step.quorum.kind];
  const people = step.quorum.kind === 'count' ? `${quorum} (${step.quorum.people})` : quorum;
  return [
    `       ${names}; ${people}; ${zh ? '最长' : 'at most'} ${durationWord(step.timeoutSeconds * 1000, language)}`,
  ];
}

/** The limits that the text sets, as they will run. */
function settingsOf(settings: Readonly<Record<string, Json>>): string {
  const texts = Object.entries(settings).map(([name, value]) => `${name}=${shown(value)}`);
  return texts.length === 0 ? '' : `  {${texts.join(', ')}}`;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function undoLines(
  run: ResolvedRun,
  poolServers: readonly string[],
  language: Language,
): readonly string[] {
  const { rolling, steps } = run.plan;
  if (rolling !== undefined)
    return rollingUndoLines(run, rolling, language).map((line) => `  ${line}`);
  const undo = undoOf(run, steps, emptiesPool(run, poolServers), language);
  return [`  ${run.servers.join(', ')}`, ...undo.map((line) => `    ${line}`)];
}
