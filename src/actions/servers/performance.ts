import { defineAction, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const responseTime = defineFact({
  id: 'health_check.response_time',
  unit: 'milliseconds',
  combine: 'max',
  defaultComparison: '<',
  defaultThreshold: 500,
  judgedByDefault: true,
  label: { zh: '响应时间', en: 'Response time' },
  phrases: { zh: [], en: [] },
  subjects: { zh: ['响应时间', '健康检查响应时间'], en: ['Response time'] },
});

export const errorRate = defineFact({
  id: 'service.error_rate',
  unit: 'percent',
  combine: 'max',
  defaultComparison: '<',
  defaultThreshold: 1,
  judgedByDefault: true,
  label: { zh: '错误率', en: 'Error rate' },
  phrases: { zh: [], en: [] },
  subjects: { zh: ['错误率', '服务错误率'], en: ['Error rate'] },
});

export const measurePerformance = defineAction({
  ...SERVER,
  id: 'health.performance',
  phrases: {
    zh: ['验证性能指标', '检查性能指标'],
    en: ['Verify the performance figures', 'Check the performance figures'],
  },
  uses: ['health'],
  needs: [],
  provides: [],
  measures: [responseTime, errorRate],
  // A fleet waits its turn: the worker measures a bounded number of servers at once.
  timeouts: { startToCloseSeconds: 1800 },
});
