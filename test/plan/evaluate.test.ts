import { describe, expect, it } from 'vitest';
import { compare, evaluate, isTrue, variablesOf } from '../../src/plan/evaluate.ts';
import type { Expression, Json } from '../../src/plan/plan.ts';
import type { Comparison } from '../../src/plan/units.ts';

const scope = {
  parameters: { environment: 'staging', count: 3 },
  variables: { approval: 'optional' },
};
const literal = (value: string | number | boolean | null): Expression => ({
  kind: 'literal',
  value,
});
const yes = literal(true);
const no = literal(false);

describe('evaluate', () => {
  it.each([
    [{ kind: 'parameter', name: 'environment' }, 'staging'],
    [{ kind: 'parameter', name: 'toString' }, null],
    [{ kind: 'variable', name: 'approval' }, 'optional'],
    [{ kind: 'variable', name: 'missing' }, null],
    [{ kind: 'and', left: yes, right: no }, false],
    [{ kind: 'and', left: yes, right: yes }, true],
    [{ kind: 'or', left: no, right: yes }, true],
    [{ kind: 'or', left: no, right: no }, false],
    [{ kind: 'not', operand: no }, true],
    [{ kind: 'not', operand: literal('text') }, true],
  ] as [Expression, Json][])('%j is %j', (expression, value) => {
    expect(evaluate(expression, scope)).toEqual(value);
  });

  it('knows no truthiness', () => {
    expect(isTrue(literal(1), scope)).toBe(false);
    expect(isTrue(literal('true'), scope)).toBe(false);
  });

  it('lists the variables that an expression reads', () => {
    const read: Expression = { kind: 'variable', name: 'a' };
    const both: Expression = { kind: 'or', left: { kind: 'not', operand: read }, right: yes };
    expect(variablesOf(both)).toEqual(['a']);
    expect(variablesOf({ kind: 'parameter', name: 'p' })).toEqual([]);
  });
});

describe('compare', () => {
  it.each([
    [1, '==', 1, true],
    [1, '==', '1', false],
    [false, '==', 'optional', false],
    [null, '!=', 0, true],
    [null, '==', [], false],
    [[1, 2], '==', [1, 2], true],
    [[1, 2], '==', [2, 1], false],
    [[1], '==', { 0: 1 }, false],
    [{ a: 1, b: 2 }, '==', { b: 2, a: 1 }, true],
    [{ a: 1 }, '==', { a: 1, b: 2 }, false],
    [{ a: 1 }, '==', { b: 1 }, false],
    [95, '>=', 95, true],
    [94, '>=', 95, false],
    [1, '<', 2, true],
    [2, '<=', 2, true],
    [3, '>', 2, true],
    ['a', '<', 'b', false],
    [true, '>=', false, false],
  ] as [Json, Comparison, Json, boolean][])('%j %s %j is %s', (left, comparison, right, holds) => {
    expect(compare(left, comparison, right)).toBe(holds);
  });
});
