/** The evaluator of compiled expressions: total, without side effects, the same answer on every replay. */
import type { Expression, Json } from './plan.ts';
import type { Comparison } from './units.ts';

export interface Scope {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly variables: Readonly<Record<string, Json>>;
}

/**
 * The value of an expression. A name that has no value is null; values of different types are
 * unequal and neither is less than the other, so a comparison of them is false (and `!=` true).
 */
export function evaluate(expression: Expression, scope: Scope): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'parameter':
      return valueOf(scope.parameters, expression.name);
    case 'variable':
      return valueOf(scope.variables, expression.name);
    case 'compare':
      return compare(
        evaluate(expression.left, scope),
        expression.comparison,
        evaluate(expression.right, scope),
      );
    case 'and':
      return isTrue(expression.left, scope) && isTrue(expression.right, scope);
    case 'or':
      return isTrue(expression.left, scope) || isTrue(expression.right, scope);
    case 'not':
      return !isTrue(expression.operand, scope);
  }
}

/** Whether an expression holds. Only `true` is true: there is no truthiness. */
export function isTrue(expression: Expression, scope: Scope): boolean {
  return evaluate(expression, scope) === true;
}

/** Compares two values; see `evaluate` for values of different types. */
export function compare(left: Json, comparison: Comparison, right: Json): boolean {
  switch (comparison) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return ordered(left, right, (a, b) => a < b);
    case '<=':
      return ordered(left, right, (a, b) => a <= b);
    case '>':
      return ordered(left, right, (a, b) => a > b);
    case '>=':
      return ordered(left, right, (a, b) => a >= b);
  }
}

/** The names of the variables that an expression reads. */
export function variablesOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
      return [];
    case 'variable':
      return [expression.name];
    case 'not':
      return variablesOf(expression.operand);
    case 'compare':
    case 'and':
    case 'or':
      return [...variablesOf(expression.left), ...variablesOf(expression.right)];
  }
}

function valueOf(values: Readonly<Record<string, Json>>, name: string): Json {
  return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

/** Two values have an order where both are numbers; texts have none, so that no locale matters. */
function ordered(left: Json, right: Json, holds: (a: number, b: number) => boolean): boolean {
  return typeof left === 'number' && typeof right === 'number' && holds(left, right);
}

function equal(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (left === null || right === null) return false;
  const leftIsList = Array.isArray(left);
  if (leftIsList !== Array.isArray(right)) return false;
  const leftEntries = Object.entries(left);
  const rightEntries = new Map(Object.entries(right));
  if (leftEntries.length !== rightEntries.size) return false;
  return leftEntries.every(([key, value]) => {
    const other = rightEntries.get(key);
    return other !== undefined && equal(value as Json, other as Json);
  });
}
