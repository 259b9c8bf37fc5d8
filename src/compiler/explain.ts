/** What each line of a document became: one row for every line, and one for what it does not say. */
import stringWidth from 'string-width';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';
import { failureRanges, inOneLine, outlookOfSteps } from '../plan/failure/words.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { Checked } from './check/check.ts';
import type { Context, ExplainKind } from './context.ts';
import { lineCount, lineText } from './parse/source.ts';
import { SECTIONS, wordOf } from './parse/words.ts';
import { sectionDefault } from './section-defaults.ts';

export interface ExplainRow {
  /** null: the document has no such line, and this is the default. */
  readonly line: number | null;
  readonly text: string;
  readonly kind: ExplainKind;
  readonly became: Localized;
}

const KIND_NAMES: Readonly<Record<ExplainKind, string>> = {
  heading: '标题',
  metadata: '元信息',
  parameter: '参数',
  step: '步骤',
  label: '标签',
  action: '动作',
  criterion: '判据',
  setting: '设置',
  'skip rule': '跳过规则',
  branch: '分支',
  'approval rule': '审批规则',
  notification: '通知内容',
  'rollback range': '回滚范围',
  'success rule': '成功规则',
  metric: '指标',
  example: '示例',
  prose: '说明',
  fence: '代码块',
  blank: '空行',
  problem: '问题',
  default: '默认',
};

const PROSE: Localized = { zh: '不执行任何操作', en: 'runs nothing' };

/** One row for every line: what a pass claimed, else a problem, a blank, a fence, or prose. */
export function explainLines(context: Context): readonly ExplainRow[] {
  const problems = new Map<number, string>();
  for (const each of context.diagnostics) {
    if (each.severity === 'error' && each.place) problems.set(each.place.line, each.code);
  }
  return Array.from({ length: lineCount(context.source) }, (_, index): ExplainRow => {
    const line = index + 1;
    const text = lineText(context.source, line);
    const problem = problems.get(line);
    if (problem !== undefined)
      return { line, text, kind: 'problem', became: { zh: problem, en: problem } };
    const claimed = context.claims.get(line);
    if (claimed !== undefined) return { line, text, ...claimed };
    if (text.trim() === '') return { line, text, kind: 'blank', became: { zh: '', en: '' } };
    const isFence = /^\s*(?:`{3,}|~{3,})/u.test(text);
    return isFence
      ? { line, text, kind: 'fence', became: { zh: '', en: '' } }
      : { line, text, kind: 'prose', became: PROSE };
  });
}

/** One row for each section that the document lacks: what holds by default. */
export function explainDefaults(checked: Checked): readonly ExplainRow[] {
  const { defaults, language, steps } = checked;
  return defaults.map((name) => {
    const { zh, en } = sectionDefault(name, checked);
    const more =
      name === 'rollback' ? meaningOf(steps.map(({ step }) => step)) : { zh: '', en: '' };
    const text = `## ${wordOf(SECTIONS[name], language)}`;
    const became = {
      zh: `文档没有写，按默认：${zh}${more.zh}`,
      en: `not in the document, so by default: ${en}${more.en}`,
    };
    return { line: null, text, kind: 'default', became };
  });
}

/** What a failure in each step means. */
function meaningOf(steps: readonly PlanStep[]): Localized {
  const outlook = outlookOfSteps({ steps, rollback: [] });
  const { zh, en } = inOneLine(failureRanges(outlook, [...steps.keys()]));
  return { zh: `；${zh}`, en: `; ${en}` };
}

/** A table for the terminal: line number, kind, what the line became, and the line itself. */
export function renderExplanation(rows: readonly ExplainRow[], language: Language): string {
  const cells = rows.map(({ line, text, kind, became }) => ({
    line: line === null ? '–' : String(line),
    kind: language === 'zh' ? KIND_NAMES[kind] : kind,
    became: became[language],
    text: plain(text),
  }));
  const numberWidth = widest(cells.map((each) => each.line));
  const kindWidth = widest(cells.map((each) => each.kind));
  const textWidth = Math.min(48, widest(cells.map((each) => each.text)));
  return cells
    .map(({ line, kind, became, text }) =>
      `${line.padStart(numberWidth)}  ${pad(kind, kindWidth)}  ${pad(text, textWidth)}  ${became}`.trimEnd(),
    )
    .join('\n');
}

/** The rows as JSON, one object a line of the document. */
export function explanationToJson(rows: readonly ExplainRow[]): string {
  return JSON.stringify(rows, null, 2);
}

/** Tabs as spaces, control characters visible: a template must not move the reader's cursor. */
function plain(text: string): string {
  return text.replaceAll('\t', '    ').replace(/[\u0000-\u001f\u007f-\u009f]/gu, '\uFFFD');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, stringWidth(text)), 0);
}
