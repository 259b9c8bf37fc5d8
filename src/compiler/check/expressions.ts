/** Resolves the names of an expression and checks its types: what cannot ever be true is a mistake. */

import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { Expression, Json } from '../../plan/plan.ts';
import { type Context, didYouMean, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseExpression, type RawExpression } from '../parse/expression.ts';
import type { Words } from '../parse/items.ts';
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
    reportExpression(context, words, problem, problem.message);
    return null;
  }
  const typed = resolve({ context, names, words, stepIndex }, tree);
  if (typed === null) return null;
  if (typed.types.includes('boolean')) return asCondition(tree, typed);
  reportExpression(context, words, tree, {
    zh: '这里应是一个判断（真或假）',
    en: 'a condition (true or false) is expected here',
  });
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
  reportExpression(scope.context, scope.words, tree, {
    zh: '这里应是一个判断',
    en: 'a condition is expected here',
  });
  return null;
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
    reportExpression(
      scope.context,
      scope.words,
      tree,
      {
        zh: `变量「${name}」在这一步之前还没有被设置`,
        en: `the variable "${name}" is not set before this step`,
      },
      { zh: '请把设置它的步骤移到前面', en: 'move the step that sets it before this one' },
    );
    return null;
  }
  const types = [...new Set(variable.values.map(typeOf))];
  return { expression: { kind: 'variable', name }, types, values: variable.values };
}

function unknownName(scope: Scope, tree: RawExpression, name: string, isVariable: boolean): null {
  const { parameters, variables } = scope.names;
  const known = isVariable ? [...variables.keys()] : [...parameters.keys()];
  const span = { start: scope.words.start + tree.start, end: scope.words.start + tree.end };
  report(
    scope.context,
    'UNKNOWN_REFERENCE',
    span,
    {
      zh: isVariable ? `没有任何步骤设置变量「${name}」` : `没有名为「${name}」的参数`,
      en: isVariable ? `no step sets the variable "${name}"` : `there is no parameter "${name}"`,
    },
    {
      remedy: didYouMean(
        nearest(name, known, 1),
        isVariable
          ? {
              zh: '请在前面的判断步骤中写「设置 variables.… = …」，或删去这一条',
              en: 'write "set variables.… = …" in an earlier condition step, or remove this rule',
            }
          : {
              zh: '文字请加引号，例如 "production"；参数请在「参数定义」中声明',
              en: 'put quotes around a text, as in "production"; declare a parameter under "Parameters"',
            },
      ),
    },
  );
  return null;
}

function resolveComparison(scope: Scope, tree: RawExpression & { kind: 'compare' }): Typed | null {
  const left = resolve(scope, tree.left);
  const right = resolve(scope, textFor(tree.right, left));
  if (left === null || right === null) return null;
  const isOrder = tree.comparison !== '==' && tree.comparison !== '!=';
  const shared = left.types.filter((type) => right.types.includes(type));
  if (isOrder && !shared.includes('number')) {
    reportExpression(scope.context, scope.words, tree, {
      zh: '只有数字能比较大小',
      en: 'only numbers have an order',
    });
    return null;
  }
  if (shared.length === 0 && !right.types.includes('null')) {
    reportExpression(scope.context, scope.words, tree, {
      zh: `两边类型不同（${left.types.join('|')} 与 ${right.types.join('|')}），永远不会相等`,
      en: `the two sides have different types (${left.types.join('|')} and ${right.types.join('|')}) and are never equal`,
    });
    return null;
  }
  if (!isOrder && !right.types.includes('null') && !canBeEqual(left, right)) {
    const values = (left.values ?? []).map(String);
    reportExpression(
      scope.context,
      scope.words,
      tree.right,
      {
        zh: '左边永远不会是这个值',
        en: 'the left side never has this value',
      },
      didYouMean(nearest(String(right.values?.[0]), values, 1), {
        zh: `可能的值：${values.join('、')}`,
        en: `possible values: ${values.join(', ')}`,
      }),
    );
    return null;
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

function reportExpression(
  context: Context,
  words: Words,
  span: { readonly start: number; readonly end: number },
  message: Localized,
  remedy: Localized = {
    zh: '写法例如：参数 `skip_tests` 为 true，environment == "production"',
    en: 'write for example: parameter `skip_tests` is true, environment == "production"',
  },
): void {
  const place = { start: words.start + span.start, end: words.start + span.end };
  report(context, 'BAD_EXPRESSION', place, message, { actual: words.text, remedy });
}
