/** `## 工作流步骤`: every step with its tasks, criteria, skip rules, branches or approval rules. */
import { NAMED_BY_VERSION } from '../../actions/code/ready-image.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type {
  Criterion,
  Expression,
  Json,
  PlanStep,
  StepKind,
  StepPresentation,
  Task,
} from '../../plan/plan.ts';
import { type Context, claim, reclaim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Part, RawStep } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { isRollingLabel, LABELS, type LabelName, wordOf } from '../parse/words.ts';
import { checkApproval } from './approval.ts';
import { checkBranches, variablesSetIn } from './branches.ts';
import { checkCriteria } from './criteria.ts';
import { checkExpression } from './expressions.ts';
import { checkLabel } from './labels.ts';
import { checkPlaceholders, type Names, type VariableInfo } from './names.ts';
import type { StepOrder } from './order.ts';
import { checkTasks, describeTask } from './tasks.ts';

export interface CheckedStep {
  readonly step: PlanStep;
  readonly presentation: StepPresentation;
  readonly roleNames: Readonly<Record<string, string>>;
  readonly heading: Words;
  /** The bullets of its tasks, in their order. */
  readonly taskWords: readonly Words[];
  /** Its labels that say how it rolls: 批次 and what belongs to it. */
  readonly rolling: readonly Part[];
  /** Its labels that say what is done where it fails. */
  readonly onFailure: readonly Part[];
}

/** A step's heading, read: `### 3. 构建镜像 [action]`. */
export interface HeadedStep {
  readonly raw: RawStep;
  readonly number: number;
  readonly title: string;
  readonly kind: StepKind;
}

const HEADING = /^(?:步骤\s*|step\s+)?(\d{1,4})\s*[.、．:：)]\s*(.*?)\s*(?:\[([^\]]*)\])?$/iu;
/** What a step needs is looked for in the steps before it, over every way that leads to it. */
const MOST_STEPS = 200;
const KINDS: readonly StepKind[] = ['action', 'condition', 'approval', 'parallel'];

/** Reads the headings; a step without a number or a known kind, or too many, is reported and left out. */
export function readHeadings(context: Context, steps: readonly RawStep[]): readonly HeadedStep[] {
  const seen = new Set<number>();
  const beyond = steps[MOST_STEPS];
  if (beyond !== undefined)
    report(context, beyond.heading, diagnose('TOO_LARGE', 'steps', { limit: MOST_STEPS }));
  return steps.slice(0, MOST_STEPS).flatMap((raw) => {
    const match = HEADING.exec(raw.heading.text);
    if (match === null) {
      const actual = raw.heading.text;
      report(context, raw.heading, diagnose('BAD_FIELD', 'stepHeading', {}, { actual }));
      return [];
    }
    const number = Number(match[1]);
    if (seen.has(number))
      report(context, raw.heading, diagnose('DUPLICATE_STEP', 'number', { number }));
    seen.add(number);
    const kind = kindOf(context, raw.heading, match[3]);
    if (kind === null) return [];
    claim(context, raw.heading.start, 'step', {
      zh: `步骤 ${number}，类型 ${kind}`,
      en: `step ${number}, kind ${kind}`,
    });
    return [{ raw, number, title: match[2] ?? '', kind }];
  });
}

function kindOf(context: Context, heading: Words, written: string | undefined): StepKind | null {
  const kind = KINDS.find((each) => each === written?.trim().toLowerCase());
  if (kind !== undefined) return kind;
  const kinds = KINDS.map((each) => `[${each}]`).join(' | ');
  const diagnostic =
    written === undefined
      ? diagnose('UNKNOWN_STEP_KIND', 'missing', { kinds })
      : diagnose(
          'UNKNOWN_STEP_KIND',
          'unknown',
          { kinds, kind: written },
          { near: nearest(written, KINDS, 1) },
        );
  report(context, heading, diagnostic);
  return null;
}

/** What branches set anywhere, so that expressions can be typed. */
export function variablesOf(steps: readonly HeadedStep[]): ReadonlyMap<string, VariableInfo> {
  const variables = new Map<string, { values: Json[]; setBy: number }>();
  for (const [index, { raw, kind }] of steps.entries()) {
    if (kind !== 'condition') continue;
    const fences = raw.parts.flatMap((each) => (each.label === 'branches' ? each.fences : []));
    for (const { variable, value } of fences.flatMap(variablesSetIn)) {
      const known = variables.get(variable) ?? { values: [], setBy: index };
      known.values.push(value);
      variables.set(variable, known);
    }
  }
  return variables;
}

export function checkStep(
  context: Context,
  names: Names,
  order: StepOrder,
  headed: HeadedStep,
): CheckedStep {
  const { raw, number, title, kind } = headed;
  for (const each of raw.parts) checkLabel(context, kind, each);
  const placed = {
    heading: raw.heading,
    rolling: raw.parts.filter(({ label }) => isRollingLabel(label)),
    onFailure: raw.parts.filter(({ label }) => label === 'onFailure'),
  };
  const skipWhen = bulletsOf(raw, 'skip').flatMap((words) => {
    const expression = checkExpression(context, names, words, order.index);
    claim(context, words.start, 'skip rule', describeSkip(raw, words));
    return expression ?? [];
  });
  const base = { number, skipWhen };
  const notification = checkNotification(context, names, bulletsOf(raw, 'notification'));
  const shown = {
    number,
    title,
    description: restOf(raw, 'description'),
    tasks: [],
    criteria: [],
    notification,
  };
  if (kind === 'condition') {
    const fence = raw.parts.find((each) => each.label === 'branches')?.fences[0];
    if (fence === undefined) reportMissing(context, raw.heading, 'branches');
    const branches = fence === undefined ? [] : checkBranches(context, names, order, fence);
    return {
      step: { kind, ...base, branches },
      presentation: shown,
      roleNames: {},
      taskWords: [],
      ...placed,
    };
  }
  if (kind === 'approval') {
    const { roleNames, ...rules } = checkApproval(
      context,
      names,
      raw.heading,
      bulletsOf(raw, 'configuration'),
      bulletsOf(raw, 'approvers'),
    );
    return {
      step: { kind, ...base, ...rules },
      presentation: shown,
      roleNames,
      taskWords: [],
      ...placed,
    };
  }
  return { ...taskStep(context, names, headed, base, shown), ...placed };
}

function taskStep(
  context: Context,
  names: Names,
  { raw, kind }: HeadedStep,
  base: { readonly number: number; readonly skipWhen: readonly Expression[] },
  shown: StepPresentation,
): Omit<CheckedStep, 'heading' | 'rolling' | 'onFailure'> {
  const bullets = [...bulletsOf(raw, 'tasks'), ...bulletsOf(raw, 'parallelTasks')];
  if (bullets.length === 0)
    reportMissing(context, raw.heading, kind === 'parallel' ? 'parallelTasks' : 'tasks');
  const found = checkTasks(context, names, bullets);
  const judged = checkCriteria(
    context,
    names,
    bulletsOf(raw, 'criteria'),
    found.map((each) => each.task),
  );
  const criteria = judged.map((each) => each.criterion);
  const tasks = found.map(({ task, words }) => {
    const set = withTag(task, criteria);
    if (set !== task) reclaim(context, words.start, 'action', describeTask(set));
    return set;
  });
  const step: PlanStep =
    kind === 'parallel'
      ? { kind, over: 'servers', ...base, tasks, criteria }
      : { kind: 'action', ...base, tasks, criteria };
  const presentation = {
    ...shown,
    tasks: found.map((each) => each.words.text),
    criteria: judged.map((each) => each.words.text),
  };
  return { step, presentation, roleNames: {}, taskWords: found.map(({ words }) => words) };
}

/** 镜像标签 is what the image is tagged with, or found by, and what the registry must then answer. */
function withTag(task: Task, criteria: readonly Criterion[]): Task {
  const tag = criteria.find((criterion) => criterion.fact === 'image.tag')?.threshold;
  const name = 'tag' in task.settings ? 'tag' : 'image';
  // An image that brackets name is held against the tag, not replaced by it.
  const isOpen = name === 'tag' || task.settings[name] === NAMED_BY_VERSION;
  if (typeof tag !== 'string' || !(name in task.settings) || !isOpen) return task;
  return { ...task, settings: { ...task.settings, [name]: tag } };
}

function checkNotification(
  context: Context,
  names: Names,
  bullets: readonly Words[],
): StepPresentation['notification'] {
  return bullets.map((words) => {
    const at = words.text.search(/[:：]/u);
    const value = part(words, at + 1);
    checkPlaceholders(context, names, value, true);
    const label = at === -1 ? '' : words.text.slice(0, at).trim();
    claim(context, words.start, 'notification', {
      zh: `通知中的一行：${label}`,
      en: `a line of the notification: ${label}`,
    });
    return { label, template: value.text };
  });
}

const SECURITY = /扫描安全漏洞|检查依赖版本|安全|security|vulnerabilit/iu;

function describeSkip(raw: RawStep, words: Words): Localized {
  const bullets = bulletsOf(raw, 'tasks');
  const alsoScan = bullets.some((each) => SECURITY.test(each.text));
  const isApproval = bulletsOf(raw, 'approvers').length > 0;
  const zh = alsoScan
    ? '（安全扫描也随之跳过，审批消息会说明）'
    : isApproval
      ? '；为 optional 且没有待处理的请求时也会通过（我们的解读）'
      : '';
  const en = alsoScan
    ? ' (this skips the security scan too; the approval message says so)'
    : isApproval
      ? '; on optional with nothing pending the step is passed too (our reading)'
      : '';
  return {
    zh: `满足时跳过这一步：${words.text}${zh}`,
    en: `skips this step where ${words.text}${en}`,
  };
}

function reportMissing(context: Context, heading: Words, label: LabelName): void {
  const words = { zh: wordOf(LABELS[label], 'zh'), en: wordOf(LABELS[label], 'en') };
  report(context, heading, diagnose('MISSING_FIELD', 'stepPart', { label: words }));
}

function bulletsOf(raw: RawStep, label: LabelName): readonly Words[] {
  return raw.parts.flatMap((each) => (each.label === label ? each.bullets : []));
}

function restOf(raw: RawStep, label: LabelName): string {
  return raw.parts.find((each) => each.label === label)?.rest.text ?? '';
}
