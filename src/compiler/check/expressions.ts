/** Resolves the names of an expression and checks its types: what cannot ever be true is a mistake. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Expression, Json } from '../../plan/plan.ts';
import { type Context, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseExpression, type RawExpression } from '../parse/expression.ts';
import type { Words } from '../parse/items.ts';
import type { Span } from '../parse/source.ts';
import type { Names } from './names.ts';

type ValueType = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'null';

interface Typed {
  readonly expression: Expression;
  readonly types: readonly ValueType[];
  /** The values that it can have, where they are known. */
  readonly values?: readonly Json[];
}

/** The typed tree of a yes-or-no expression; null, with a diagnostic, where it is none. */
export function checkExpression(
  context: Context,
  names: Names,
  words: Words,
  stepIndex: number,
): Expression | null {
  const { tree, problem } = parseExpression(words.text);
  if (tree === null) {
    reportExpression(context, words, problem, problem.diagnostic);
    return null;
  }
  const typed = resolve({ context, names, words, stepIndex }, tree);
  if (typed === null) return null;
  if (typed.types.includes('boolean')) return asCondition(tree, typed);
  reportExpression(context, words, tree, diagnose('BAD_EXPRESSION', 'notACondition', {}));
  return null;
}

interface Scope {
  readonly context: Context;
  readonly names: Names;
  readonly words: Words;
  readonly stepIndex: number;
}

/** A bare name as a condition is that it is true, said in full. */
function asCondition(tree: RawExpression, typed: Typed): Expression {
  if (tree.kind !== 'name') return typed.expression;
  return {
    kind: 'compare',
    comparison: '==',
    left: typed.expression,
    right: { kind: 'literal', value: true },
  };
}

function resolve(scope: Scope, tree: RawExpression): Typed | null {
  switch (tree.kind) {
    case 'literal':
      return {
        expression: { kind: 'literal', value: tree.value },
        types: [typeOf(tree.value)],
        values: [tree.value],
      };
    case 'name':
      return resolveName(scope, tree);
    case 'compare':
      return resolveComparison(scope, tree);
    case 'not': {
      const operand = condition(scope, tree.operand);
      return operand && { expression: { kind: 'not', operand }, types: ['boolean'] };
    }
    default: {
      const left = condition(scope, tree.left);
      const right = condition(scope, tree.right);
      return left && right && { expression: { kind: tree.kind, left, right }, types: ['boolean'] };
    }
  }
}

function condition(scope: Scope, tree: RawExpression): Expression | null {
  const typed = resolve(scope, tree);
  if (typed === null) return null;
  if (typed.types.includes('boolean')) return asCondition(tree, typed);
  return refuse(scope, tree, diagnose('BAD_EXPRESSION', 'notACondition', {}));
}

function resolveName(scope: Scope, tree: RawExpression & { kind: 'name' }): Typed | null {
  const { parameters, variables } = scope.names;
  const name = tree.name.replace(/^(?:variables?|parameters?|params)\./u, '');
  const isVariable = tree.from === 'variable' || /^variables?\./u.test(tree.name);
  const parameter = isVariable ? undefined : parameters.get(name);
  if (parameter !== undefined) {
    const values = parameter.enum ?? (parameter.type === 'boolean' ? [true, false] : undefined);
    return {
      expression: { kind: 'parameter', name },
      types: [parameter.type],
      ...(values && { values }),
    };
  }
  const variable = isVariable ? variables.get(name) : undefined;
  if (variable === undefined) return unknownName(scope, tree, name, isVariable);
  if (variable.setBy >= scope.stepIndex) {
    return refuse(scope, tree, diagnose('BAD_EXPRESSION', 'variableNotSetYet', { name }));
  }
  const types = [...new Set(variable.values.map(typeOf))];
  return { expression: { kind: 'variable', name }, types, values: variable.values };
}

function unknownName(scope: Scope, tree: RawExpression, name: string, isVariable: boolean): null {
  const { parameters, variables } = scope.names;
  const near = nearest(name, isVariable ? [...variables.keys()] : [...parameters.keys()], 1);
  const span = { start: scope.words.start + tree.start, end: scope.words.start + tree.end };
  const kind = isVariable ? 'variable' : 'parameter';
  report(scope.context, span, diagnose('UNKNOWN_REFERENCE', kind, { name }, { near }));
  return null;
}

function resolveComparison(scope: Scope, tree: RawExpression & { kind: 'compare' }): Typed | null {
  const left = resolve(scope, tree.left);
  const right = resolve(scope, textFor(tree.right, left));
  if (left === null || right === null) return null;
  const isOrder = tree.comparison !== '==' && tree.comparison !== '!=';
  const shared = left.types.filter((type) => right.types.includes(type));
  if (isOrder && !shared.includes('number'))
    return refuse(scope, tree, diagnose('BAD_EXPRESSION', 'noOrder', {}));
  if (shared.length === 0 && !right.types.includes('null')) {
    const types = { left: left.types.join('|'), right: right.types.join('|') };
    return refuse(scope, tree, diagnose('BAD_EXPRESSION', 'differentTypes', types));
  }
  if (!isOrder && !right.types.includes('null') && !canBeEqual(left, right)) {
    const values = (left.values ?? []).map(String);
    const near = nearest(String(right.values?.[0]), values, 1);
    return refuse(
      scope,
      tree.right,
      diagnose('BAD_EXPRESSION', 'neverEqual', { values }, { near }),
    );
  }
  const { comparison } = tree;
  return {
    expression: { kind: 'compare', comparison, left: left.expression, right: right.expression },
    types: ['boolean'],
  };
}

/** `variables.x 为 optional`: the third state of a variable is written without quotes. */
function textFor(tree: RawExpression, left: Typed | null): RawExpression {
  if (tree.kind !== 'name' || tree.from !== null || left?.expression.kind !== 'variable')
    return tree;
  return tree.name === 'optional'
    ? { kind: 'literal', value: 'optional', start: tree.start, end: tree.end }
    : tree;
}

function canBeEqual(left: Typed, right: Typed): boolean {
  if (left.values === undefined || right.values === undefined) return true;
  return left.values.some((value) => right.values?.includes(value));
}

function typeOf(value: Json): ValueType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

function refuse({ context, words }: Scope, tree: RawExpression, diagnostic: Diagnostic): null {
  reportExpression(context, words, tree, diagnostic);
  return null;
}

function reportExpression(
  context: Context,
  words: Words,
  { start, end }: Span,
  diagnostic: Diagnostic,
): void {
  const span = { start: words.start + start, end: words.start + end };
  report(context, span, { ...diagnostic, actual: words.text });
}
