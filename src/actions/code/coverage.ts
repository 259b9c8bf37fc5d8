import { defineAction, defineFact } from '../define.ts';
import { IN_CHECKOUT, LONG } from './limits.ts';

export const coverage = defineFact({
  id: 'tests.coverage',
  unit: 'percent',
  combine: 'last',
  defaultComparison: '>=',
  defaultThreshold: 0,
  moreIsBetter: true,
  label: { zh: '测试覆盖率', en: 'Test coverage' },
  phrases: { zh: [], en: [] },
  subjects: { zh: ['测试覆盖率', '代码覆盖率'], en: ['Test coverage', 'Code coverage'] },
});

/** Reads what the test run left, or runs a command of its own. */
export const measureCoverage = defineAction({
  ...IN_CHECKOUT,
  id: 'tests.coverage',
  phrases: {
    zh: ['生成测试覆盖率报告', '生成覆盖率报告'],
    en: ['Generate the test coverage report', 'Generate a coverage report'],
  },
  uses: ['commands', 'tests'],
  needs: ['checkout'],
  takes: ['test-report'],
  provides: [],
  measures: [coverage],
  timeouts: LONG,
});
