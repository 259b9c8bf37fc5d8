/** A Pratt parser: tokens → the raw tree of an expression, with places. No names resolved yet. */
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { Comparison } from '../../plan/units.ts';
import type { Span } from './source.ts';
import { type Token, tokenise } from './tokens.ts';

export type RawExpression = Span &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | {
        readonly kind: 'name';
        readonly name: string;
        readonly from: 'parameter' | 'variable' | null;
      }
    | {
        readonly kind: 'compare';
        readonly comparison: Comparison;
        readonly left: RawExpression;
        readonly right: RawExpression;
      }
    | { readonly kind: 'and' | 'or'; readonly left: RawExpression; readonly right: RawExpression }
    | { readonly kind: 'not'; readonly operand: RawExpression }
  );

export type ParsedExpression =
  | { readonly tree: RawExpression; readonly problem: null }
  | { readonly tree: null; readonly problem: Span & { readonly message: Localized } };

/** Deeper than anyone reads; keeps the recursion bounded. */
const DEEPEST = 40;
const MOST_TOKENS = 200;
const POWERS = { or: 1, and: 2, not: 3, compare: 4 } as const;

/** Offsets count from the beginning of `text`. Never throws. */
export function parseExpression(text: string): ParsedExpression {
  const state: State = { tokens: tokenise(text), at: 0, end: text.length };
  if (state.tokens.length > MOST_TOKENS) {
    return {
      tree: null,
      problem: problem({ start: 0, end: text.length }, '表达式太长', 'the expression is too long'),
    };
  }
  const tree = parseFrom(state, 0, 0);
  if ('message' in tree) return { tree: null, problem: tree };
  const left = state.tokens[state.at];
  if (left === undefined) return { tree, problem: null };
  return { tree: null, problem: problem(left, '多余的内容', 'nothing is expected here') };
}

interface State {
  readonly tokens: readonly Token[];
  at: number;
  readonly end: number;
}
type Problem = Span & { readonly message: Localized };

function parseFrom(state: State, power: number, depth: number): RawExpression | Problem {
  if (depth > DEEPEST) return problem(here(state), '嵌套太深', 'this nests too deep');
  let left = parseOperand(state, depth);
  if ('message' in left) return left;
  for (;;) {
    const token = state.tokens[state.at];
    if (token === undefined) return left;
    if (token.kind !== 'and' && token.kind !== 'or' && token.kind !== 'compare') return left;
    const own = POWERS[token.kind];
    if (own <= power) return left;
    state.at += 1;
    const right = parseFrom(state, own, depth + 1);
    if ('message' in right) return right;
    const span: Span = { start: left.start, end: right.end };
    left =
      token.kind === 'compare'
        ? { kind: 'compare', comparison: token.comparison, left, right, ...span }
        : { kind: token.kind, left, right, ...span };
  }
}

function parseOperand(state: State, depth: number): RawExpression | Problem {
  const token = state.tokens[state.at];
  if (token === undefined) return problem(here(state), '这里缺少一个值', 'a value is missing here');
  state.at += 1;
  switch (token.kind) {
    case 'literal':
      return token;
    case 'name':
      return {
        kind: 'name',
        name: token.text,
        from: token.from,
        start: token.start,
        end: token.end,
      };
    case 'not': {
      const operand = parseFrom(state, POWERS.not, depth + 1);
      return 'message' in operand
        ? operand
        : { kind: 'not', operand, start: token.start, end: operand.end };
    }
    case 'open': {
      const inner = parseFrom(state, 0, depth + 1);
      if ('message' in inner) return inner;
      const close = state.tokens[state.at];
      if (close?.kind !== 'close')
        return problem(here(state), '缺少右括号', 'a closing bracket is missing');
      state.at += 1;
      return { ...inner, start: token.start, end: close.end };
    }
    case 'unknown':
      return problem(token, `看不懂「${token.text}」`, `"${token.text}" is not understood`);
    default:
      return problem(token, '这里应是一个值', 'a value is expected here');
  }
}

function here(state: State): Span {
  return state.tokens[state.at] ?? { start: state.end, end: state.end };
}

function problem(span: Span, zh: string, en: string): Problem {
  return { start: span.start, end: span.end, message: { zh, en } };
}
