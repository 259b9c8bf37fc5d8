/** Splits an expression into tokens, in symbols or in words of either language. */
import type { Comparison } from '../../plan/units.ts';
import type { Span } from './source.ts';

export type Token = Span &
  (
    | {
        readonly kind: 'name';
        readonly text: string;
        readonly from: 'parameter' | 'variable' | null;
      }
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'compare'; readonly comparison: Comparison }
    | { readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' }
    | { readonly kind: 'unknown'; readonly text: string }
  );

type Shape =
  | { readonly kind: 'compare'; readonly comparison: Comparison }
  | { readonly kind: 'literal'; readonly value: boolean | null }
  | { readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' }
  | { readonly kind: 'scope'; readonly scope: 'parameter' | 'variable' };

const compares = (comparison: Comparison): Shape => ({ kind: 'compare', comparison });

/** The longest word at a place wins, so the order here does not matter. */
const WORDS: readonly (readonly [RegExp, Shape])[] = [
  [/(?:>=|≥|不低于|不小于|大于等于|is\s+at\s+least\b|at\s+least\b)/iuy, compares('>=')],
  [/(?:<=|≤|不高于|不超过|不大于|小于等于|is\s+at\s+most\b|at\s+most\b)/iuy, compares('<=')],
  [/(?:==|=|等于|为|是|is\s+equal\s+to\b|is\b|equals\b)/iuy, compares('==')],
  [/(?:!=|≠|不等于|不为|不是|is\s+not\b)/iuy, compares('!=')],
  [/(?:<|小于|低于|(?:is\s+)?less\s+than\b|(?:is\s+)?below\b)/iuy, compares('<')],
  [
    /(?:>|大于|高于|超过|(?:is\s+)?more\s+than\b|(?:is\s+)?greater\s+than\b|(?:is\s+)?above\b)/iuy,
    compares('>'),
  ],
  [/(?:&&|并且|而且|且|and\b)/iuy, { kind: 'and' }],
  [/(?:\|\||或者|或|or\b)/iuy, { kind: 'or' }],
  [/(?:!|非|not\b)/iuy, { kind: 'not' }],
  [/\(/uy, { kind: 'open' }],
  [/\)/uy, { kind: 'close' }],
  [/(?:true\b|真)/iuy, { kind: 'literal', value: true }],
  [/(?:false\b|假)/iuy, { kind: 'literal', value: false }],
  [/(?:null\b|空)/iuy, { kind: 'literal', value: null }],
  [/(?:参数|(?:the\s+)?parameter\b)/iuy, { kind: 'scope', scope: 'parameter' }],
  [/(?:变量|(?:the\s+)?variable\b)/iuy, { kind: 'scope', scope: 'variable' }],
];

const STRING = /"([^"]*)"|'([^']*)'|“([^”]*)”|‘([^’]*)’/uy;
const NUMBER = /-?\d+(?:\.\d+)?(?![\w.])/uy;
const NAME = /`\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*`|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/uy;

/** Offsets of the tokens count from the beginning of `text`. */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let scope: 'parameter' | 'variable' | null = null;
  let at = 0;
  while (at < text.length) {
    const space = matchAt(/\s+/uy, text, at);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const { token, shape, end } = next(text, at, scope);
    scope = shape?.kind === 'scope' ? shape.scope : null;
    if (token !== null) tokens.push(token);
    at = end;
  }
  return tokens;
}

function next(
  text: string,
  start: number,
  scope: 'parameter' | 'variable' | null,
): { token: Token | null; shape: Shape | null; end: number } {
  const string = matchAt(STRING, text, start);
  if (string !== null) {
    const value = string[1] ?? string[2] ?? string[3] ?? string[4] ?? '';
    const end = start + string[0].length;
    return { token: { kind: 'literal', value, start, end }, shape: null, end };
  }
  const number = matchAt(NUMBER, text, start);
  if (number !== null) {
    const end = start + number[0].length;
    return { token: { kind: 'literal', value: Number(number[0]), start, end }, shape: null, end };
  }
  const name = matchAt(NAME, text, start);
  const word = longestWord(text, start);
  if (word !== null && (name === null || word.length >= name[0].length)) {
    const end = start + word.length;
    const { shape } = word;
    return { token: shape.kind === 'scope' ? null : { ...shape, start, end }, shape, end };
  }
  if (name !== null) {
    const end = start + name[0].length;
    const token: Token = { kind: 'name', text: name[1] ?? name[2] ?? '', from: scope, start, end };
    return { token, shape: null, end };
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const end = start + character.length;
  return { token: { kind: 'unknown', text: character, start, end }, shape: null, end };
}

function longestWord(text: string, at: number): { length: number; shape: Shape } | null {
  let best: { length: number; shape: Shape } | null = null;
  for (const [pattern, shape] of WORDS) {
    const length = matchAt(pattern, text, at)?.[0].length ?? 0;
    if (length > (best?.length ?? 0)) best = { length, shape };
  }
  return best;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
