/** A Pratt parser: tokens → the raw tree of an expression, with places. No names resolved yet. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
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
  | { readonly tree: null; readonly problem: ExpressionProblem };

export type ExpressionProblem = Span & { readonly diagnostic: Diagnostic };

/** Deeper than anyone reads; keeps the recursion bounded. */
const DEEPEST = 40;
const MOST_TOKENS = 200;
const POWERS = { or: 1, and: 2, not: 3, compare: 4 } as const;

/** Offsets count from the beginning of `text`. Never throws. */
export function parseExpression(text: string): ParsedExpression {
  const state: State = { tokens: tokenise(text), at: 0, end: text.length };
  if (state.tokens.length > MOST_TOKENS) {
    const whole = { start: 0, end: text.length };
    return { tree: null, problem: problem(whole, diagnose('BAD_EXPRESSION', 'tooLong', {})) };
  }
  const tree = parseFrom(state, 0, 0);
  if ('diagnostic' in tree) return { tree: null, problem: tree };
  const left = state.tokens[state.at];
  if (left === undefined) return { tree, problem: null };
  return { tree: null, problem: problem(left, diagnose('BAD_EXPRESSION', 'endExpected', {})) };
}

interface State {
  readonly tokens: readonly Token[];
  at: number;
  readonly end: number;
}

function parseFrom(state: State, power: number, depth: number): RawExpression | ExpressionProblem {
  if (depth > DEEPEST) return problem(here(state), diagnose('BAD_EXPRESSION', 'tooDeep', {}));
  let left = parseOperand(state, depth);
  if ('diagnostic' in left) return left;
  for (;;) {
    const token = state.tokens[state.at];
    if (token === undefined) return left;
    if (token.kind !== 'and' && token.kind !== 'or' && token.kind !== 'compare') return left;
    const own = POWERS[token.kind];
    if (own <= power) return left;
    state.at += 1;
    const right = parseFrom(state, own, depth + 1);
    if ('diagnostic' in right) return right;
    const span: Span = { start: left.start, end: right.end };
    left =
      token.kind === 'compare'
        ? { kind: 'compare', comparison: token.comparison, left, right, ...span }
        : { kind: token.kind, left, right, ...span };
  }
}

function parseOperand(state: State, depth: number): RawExpression | ExpressionProblem {
  const token = state.tokens[state.at];
  if (token === undefined)
    return problem(here(state), diagnose('BAD_EXPRESSION', 'missingValue', {}));
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
      return 'diagnostic' in operand
        ? operand
        : { kind: 'not', operand, start: token.start, end: operand.end };
    }
    case 'open': {
      const inner = parseFrom(state, 0, depth + 1);
      if ('diagnostic' in inner) return inner;
      const close = state.tokens[state.at];
      if (close?.kind !== 'close')
        return problem(here(state), diagnose('BAD_EXPRESSION', 'missingBracket', {}));
      state.at += 1;
      return { ...inner, start: token.start, end: close.end };
    }
    case 'unknown':
      return problem(token, diagnose('BAD_EXPRESSION', 'unknownSymbol', { symbol: token.text }));
    default:
      return problem(token, diagnose('BAD_EXPRESSION', 'valueExpected', {}));
  }
}

function here(state: State): Span {
  return state.tokens[state.at] ?? { start: state.end, end: state.end };
}

function problem({ start, end }: Span, diagnostic: Diagnostic): ExpressionProblem {
  return { start, end, diagnostic };
}
