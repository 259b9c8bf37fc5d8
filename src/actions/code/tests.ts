/** The run of the tests, and the verdict on what it reported. */
import { defineAction, defineFact } from '../define.ts';
import { IN_CHECKOUT, LONG } from './limits.ts';

export const passRate = defineFact({
  id: 'tests.pass_rate',
  unit: 'percent',
  combine: 'last',
  defaultComparison: '>=',
  defaultThreshold: 100,
  moreIsBetter: true,
  judgedByDefault: true,
  label: { zh: '测试通过率', en: 'Test pass rate' },
  phrases: {
    zh: ['所有测试通过', '全部测试通过'],
    en: ['All tests pass'],
  },
  subjects: { zh: ['测试通过率'], en: ['Test pass rate'] },
});

export const criticalPassRate = defineFact({
  id: 'tests.critical_pass_rate',
  unit: 'percent',
  combine: 'last',
  defaultComparison: '==',
  defaultThreshold: 100,
  moreIsBetter: true,
  label: { zh: '关键功能测试通过率', en: 'Pass rate of critical tests' },
  phrases: {
    zh: ['关键功能测试全部通过'],
    en: ['All critical tests pass'],
  },
  subjects: {
    zh: ['关键功能测试通过率', '关键功能测试'],
    en: ['Pass rate of critical tests', 'Critical tests'],
  },
});

export const runTests = defineAction({
  ...IN_CHECKOUT,
  id: 'tests.run',
  phrases: {
    zh: ['执行 pytest 或相应测试框架', '执行单元测试', '运行所有单元测试', '运行单元测试'],
    en: ['Run pytest or the matching test framework', 'Run the unit tests', 'Run all unit tests'],
  },
  uses: ['commands', 'tests'],
  needs: ['checkout'],
  provides: ['test-report'],
  measures: [passRate, criticalPassRate],
  timeouts: LONG,
});

export const verifyTests = defineAction({
  ...IN_CHECKOUT,
  id: 'tests.verify',
  phrases: {
    zh: ['验证测试通过率', '检查测试通过率'],
    en: ['Verify the test pass rate', 'Check the test pass rate'],
  },
  uses: [],
  needs: ['test-report'],
  provides: [],
  measures: [passRate, criticalPassRate],
  timeouts: LONG,
});
