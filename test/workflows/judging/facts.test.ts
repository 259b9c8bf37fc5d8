/** Several measurements become one. */
import { describe, expect, it } from 'vitest';
import type { FactDefinition } from '../../../src/actions/index.ts';
import type { Fact } from '../../../src/plan/run.ts';
import { combine } from '../../../src/workflows/judging/facts.ts';

describe('facts', () => {
  const definition = (mode: FactDefinition['combine']): FactDefinition => ({
    id: 'service.error_rate',
    unit: 'percent',
    combine: mode,
    label: { zh: '错误率', en: 'error rate' },
    phrases: { zh: [], en: [] },
    defaultComparison: '<',
    defaultThreshold: 1,
  });
  const facts = (...values: Fact['value'][]): Fact[] =>
    values.map((value) => ({ id: 'service.error_rate', value, samples: 10, detail: 'd' }));

  it.each([
    ['sum', [1, 2], 3],
    ['max', [1, 5, 2], 5],
    ['min', [4, 1, 2], 1],
    ['last', [4, 1, 2], 2],
    ['all', [true, true], true],
    ['all', [true, false, true], false],
    ['all', ['a', 'b', 'a'], 'b'],
    ['sum', [1, 'x'], 'x'],
    ['max', [1, true], true],
    ['min', [1, false], false],
  ] as const)('%s of %j is %j', (mode, values, expected) => {
    expect(combine(definition(mode), facts(...values))?.value).toBe(expected);
  });

  it('adds samples up, says each detail once, and is nothing of nothing', () => {
    expect(combine(definition('max'), facts(1, 2))).toMatchObject({ samples: 20, detail: 'd' });
    expect(combine(definition('max'), [])).toBeNull();
  });
});
