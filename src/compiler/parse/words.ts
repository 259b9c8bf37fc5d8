/** The headings and labels of the template language, in both languages. */
import { normalisePhrase } from '../../actions/phrases.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';

interface Word {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

export const SECTIONS = {
  metadata: { zh: ['模板元信息', '元信息'], en: ['Template metadata', 'Metadata'] },
  parameters: { zh: ['参数定义', '参数'], en: ['Parameters', 'Parameter definitions'] },
  steps: { zh: ['工作流步骤', '步骤'], en: ['Workflow steps', 'Steps'] },
  rollback: { zh: ['回滚策略'], en: ['Rollback policy', 'Rollback strategy', 'Rollback'] },
  success: { zh: ['成功判定条件', '成功标准'], en: ['Success criteria', 'Success rules'] },
  examples: { zh: ['使用示例', '示例'], en: ['Usage examples', 'Examples'] },
  metrics: { zh: ['监控指标', '指标'], en: ['Metrics', 'Monitoring metrics'] },
  notes: { zh: ['备注', '说明'], en: ['Notes', 'Remarks'] },
} as const satisfies Record<string, Word>;
export type SectionName = keyof typeof SECTIONS;

/** Labels with a value on their own line, on the first step of a group that runs batch by batch. */
export const ROLLING_LABELS = {
  batches: { zh: ['批次', '分批'], en: ['Batches', 'Batch size', 'In batches of'] },
  batch_pause: {
    zh: ['批次间隔', '批间间隔'],
    en: ['Batch pause', 'Pause between batches'],
  },
  failure_budget: {
    zh: ['允许失败台数', '允许失败', '失败预算'],
    en: ['Failure budget', 'Servers that may fail'],
  },
  minimum_in_pool: {
    zh: ['最少在线', '最低在线'],
    en: ['Minimum in pool', 'Minimum in the pool', 'Never fewer in the pool than'],
  },
  observe: { zh: ['观察', '观察时间'], en: ['Observe', 'Observe for', 'Observation'] },
} as const satisfies Record<string, Word>;
export type RollingLabel = keyof typeof ROLLING_LABELS;

export const LABELS = {
  description: { zh: ['描述'], en: ['Description'] },
  tasks: { zh: ['执行内容'], en: ['Actions', 'Tasks', 'What is done'] },
  parallelTasks: { zh: ['并行任务'], en: ['Parallel tasks', 'Parallel actions'] },
  criteria: { zh: ['成功条件'], en: ['Success conditions', 'Success condition', 'Done when'] },
  skip: { zh: ['跳过条件'], en: ['Skip conditions', 'Skip condition', 'Skip when'] },
  branches: { zh: ['判断逻辑'], en: ['Decision logic', 'Decision'] },
  configuration: { zh: ['配置'], en: ['Configuration', 'Settings'] },
  approvers: { zh: ['审批人员', '审批人'], en: ['Approvers'] },
  notification: { zh: ['通知内容'], en: ['Notification content', 'Notification'] },
  onFailure: { zh: ['失败处理'], en: ['On failure', 'If it fails'] },
  note: { zh: ['备注', '说明'], en: ['Note', 'Notes'] },
  ...ROLLING_LABELS,
} as const satisfies Record<string, Word>;
export type LabelName = keyof typeof LABELS;

export const APPROVAL_SETTINGS = {
  timeout: { zh: ['审批超时', '超时'], en: ['Approval timeout', 'Timeout'] },
  quorum: { zh: ['审批方式'], en: ['Approval rule', 'Approval mode', 'Approval'] },
  channels: {
    zh: ['通知方式', '通知渠道'],
    en: ['Notify by', 'Notification channels', 'Notify through'],
  },
} as const satisfies Record<string, Word>;
export type ApprovalSetting = keyof typeof APPROVAL_SETTINGS;

type Found<K extends string> = { readonly key: K; readonly language: Language };

/** Tables are constants: each is normalised once. */
const indexes = new WeakMap<object, ReadonlyMap<string, Found<string>>>();

/** The key whose words hold this text, and in which language; null: none. */
export function findWord<K extends string>(
  words: Readonly<Record<K, Word>>,
  text: string,
): Found<K> | null {
  const index = indexes.get(words) ?? indexOf(words);
  indexes.set(words, index);
  const found = index.get(normalisePhrase(text));
  return found === undefined ? null : { key: found.key as K, language: found.language };
}

function indexOf(words: Readonly<Record<string, Word>>): ReadonlyMap<string, Found<string>> {
  const index = new Map<string, Found<string>>();
  for (const [key, word] of Object.entries(words)) {
    for (const language of ['zh', 'en'] as const) {
      for (const each of word[language]) index.set(normalisePhrase(each), { key, language });
    }
  }
  return index;
}

export function isRollingLabel(label: LabelName): label is RollingLabel {
  return Object.hasOwn(ROLLING_LABELS, label);
}

/** Whether a label has its value on its own line. */
export function isValueLabel(label: LabelName): boolean {
  return label === 'onFailure' || isRollingLabel(label);
}

/** All the words of a table, for suggestions. */
export function allWords(words: Readonly<Record<string, Word>>): readonly string[] {
  return Object.values(words).flatMap(({ zh, en }) => [...zh, ...en]);
}

/** The first word of a key in a language: what help and diagnostics show. */
export function wordOf(word: Word, language: Language): string {
  return word[language][0] ?? '';
}
