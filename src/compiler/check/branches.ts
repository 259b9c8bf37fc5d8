/** 判断逻辑: if / elif / else blocks that set variables, skip steps and go on elsewhere. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Branch, Expression, Json } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import type { Fence, Words } from '../parse/items.ts';
import { part } from '../parse/items.ts';
import { checkExpression } from './expressions.ts';
import type { Names } from './names.ts';
import { checkJump, type StepOrder } from './order.ts';

const IF = /^(?:if\b|如果|若)\s*(.*?)\s*[:：]?$/iu;
const ELIF = /^(?:elif\b|else\s+if\b|否则如果|否则若)\s*(.*?)\s*[:：]?$/iu;
const ELSE = /^(?:else|otherwise|否则)\s*[:：]?$/iu;
const SET =
  /^(?:设置|将|set)\s*variables?\.([A-Za-z_]\w*)(?!\w)\s*(?:=|为|设为|(?<=\s)to(?=\s))\s*(.+)$/iu;
const GO =
  /^(?:直接)?(?:进入|跳到|转到)步骤\s*(\d+)$|^(?:go|continue)\s+(?:straight\s+|directly\s+)?(?:to|with)\s+step\s+(\d+)$/iu;
const SKIP = /^跳过步骤\s*(\d+)$|^skip\s+step\s+(\d+)$/iu;
const PENDING =
  /^(?:检查|查看)是否有(?:待处理|待审批)的?审批请求$|^(?:check|look)\s+for\s+(?:pending\s+)?approval\s+requests?(?:\s+that\s+are\s+pending)?$/iu;

interface Draft {
  readonly when: Expression | null;
  readonly set: { variable: string; value: Json }[];
  readonly skip: number[];
  goTo: number | null;
  lookForPendingApprovals: boolean;
}

/** The variables that a fence sets, before anything is checked: expressions need their values. */
export function variablesSetIn(fence: Fence): readonly { variable: string; value: Json }[] {
  return fence.lines.flatMap((line) => {
    const match = SET.exec(line.text.trim());
    const value = match === null ? undefined : valueOf(match[2] ?? '');
    return match?.[1] === undefined || value === undefined ? [] : [{ variable: match[1], value }];
  });
}

export function checkBranches(
  context: Context,
  names: Names,
  order: StepOrder,
  fence: Fence,
): readonly Branch[] {
  const drafts: Draft[] = [];
  let open: 'none' | 'some' | 'closed' = 'none';
  for (const line of fence.lines) {
    const words = part(line, 0);
    if (words.text === '') continue;
    const head = readHead(words);
    if (head === null) {
      const draft = drafts.at(-1);
      if (draft === undefined) report(context, words, diagnose('BAD_BRANCH', 'ifExpected', {}));
      else readBody(context, order, draft, words);
      continue;
    }
    const follows = head.word === 'if' ? open === 'none' : open === 'some';
    if (!follows) report(context, words, diagnose('BAD_BRANCH', 'misplaced', { word: head.word }));
    open = head.word === 'else' ? 'closed' : open === 'closed' ? 'closed' : 'some';
    const when =
      head.condition === null ? null : checkExpression(context, names, head.condition, order.index);
    drafts.push({ when, set: [], skip: [], goTo: null, lookForPendingApprovals: false });
    claim(context, words.start, 'branch', {
      zh: head.word === 'else' ? '其他情况' : `分支条件：${head.condition?.text ?? ''}`,
      en:
        head.word === 'else' ? 'in every other case' : `branch where ${head.condition?.text ?? ''}`,
    });
  }
  if (drafts.length === 0) report(context, fence, diagnose('BAD_BRANCH', 'empty', {}));
  return drafts;
}

function readHead(words: Words): { word: 'if' | 'elif' | 'else'; condition: Words | null } | null {
  if (ELSE.test(words.text)) return { word: 'else', condition: null };
  for (const [word, form] of [
    ['elif', ELIF],
    ['if', IF],
  ] as const) {
    const match = form.exec(words.text);
    if (match === null) continue;
    const condition = match[1] ?? '';
    const from =
      condition === ''
        ? words.text.length
        : words.text.indexOf(condition, words.text.search(/[\s如若]/u));
    return { word, condition: part(words, from, from + condition.length) };
  }
  return null;
}

/** `需要审批 → 进入步骤5`: what stands before the arrow is prose. */
function readBody(context: Context, order: StepOrder, draft: Draft, words: Words): void {
  const set = SET.exec(words.text);
  if (set !== null) {
    const [, variable = '', text = ''] = set;
    const value = valueOf(text);
    if (value === undefined) {
      report(context, words, diagnose('BAD_BRANCH', 'badValue', { value: text }));
      return;
    }
    draft.set.push({ variable, value });
    claim(context, words.start, 'branch', {
      zh: `设置变量 ${variable} = ${String(value)}`,
      en: `sets the variable ${variable} = ${String(value)}`,
    });
    return;
  }
  const arrow = /→|->|=>/u.exec(words.text);
  const from = arrow === null ? 0 : arrow.index + arrow[0].length;
  const became = [...clauses(part(words, from))].map((clause) =>
    readClause(context, order, draft, clause),
  );
  claim(context, words.start, 'branch', {
    zh: became.map((each) => each.zh).join('，'),
    en: became.map((each) => each.en).join(', '),
  });
}

function* clauses(words: Words): Generator<Words> {
  let from = 0;
  for (const match of words.text.matchAll(/[，,;；。]\s*|\s+and\s+|$/giu)) {
    const clause = part(words, from, match.index);
    if (clause.text !== '') yield clause;
    from = match.index + match[0].length;
  }
}

function readClause(
  context: Context,
  order: StepOrder,
  draft: Draft,
  words: Words,
): { zh: string; en: string } {
  const go = GO.exec(words.text);
  if (go !== null) {
    const number = Number(go[1] ?? go[2]);
    if (draft.goTo !== null) report(context, words, diagnose('BAD_BRANCH', 'twoTargets', {}));
    if (checkJump(context, order, number, words)) draft.goTo = number;
    return { zh: `进入步骤 ${number}`, en: `goes on with step ${number}` };
  }
  const skip = SKIP.exec(words.text);
  if (skip !== null) {
    const number = Number(skip[1] ?? skip[2]);
    if (checkJump(context, order, number, words)) draft.skip.push(number);
    return { zh: `跳过步骤 ${number}`, en: `skips step ${number}` };
  }
  if (PENDING.test(words.text)) {
    draft.lookForPendingApprovals = true;
    return {
      zh: '查找同一服务和环境的待处理审批请求；有则等待审批，没有则通过（这是我们的解读）',
      en: 'looks for pending approval requests of the same service and environment; with one the approval waits, with none it is passed (our reading)',
    };
  }
  report(context, words, diagnose('BAD_BRANCH', 'unknown', { text: words.text }));
  return { zh: '', en: '' };
}

function valueOf(text: string): Json | undefined {
  const plain = text.trim().replace(/^(["'`])(.*)\1$/u, '$2');
  if (/^(?:true|真|是)$/iu.test(plain)) return true;
  if (/^(?:false|假|否)$/iu.test(plain)) return false;
  if (/^(?:optional|可选)$/iu.test(plain)) return 'optional';
  if (/^-?\d{1,12}(?:\.\d{1,6})?$/u.test(plain)) return Number(plain);
  return plain !== text.trim() ? plain : undefined;
}
