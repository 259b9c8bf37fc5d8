/** Checks of the service on each server directly, past the load balancer. */
import { defineAction, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const healthPassed = defineFact({
  id: 'health.passed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '健康检查', en: 'Health checks' },
  phrases: {
    zh: ['所有健康检查通过', '健康检查全部通过'],
    en: ['All health checks pass', 'All health checks passed'],
  },
});

const HEALTH = {
  ...SERVER,
  uses: ['health'],
  needs: [],
  takes: ['running-service', 'ready-service'],
  provides: [],
  measures: [healthPassed],
} as const;

export const checkPort = defineAction({
  ...HEALTH,
  id: 'health.port',
  phrases: {
    zh: ['检查服务端口响应', '检查服务端口', '检查端口'],
    en: ['Check that the service port answers', 'Check the service port'],
  },
});

export const checkEndpoint = defineAction({
  ...HEALTH,
  id: 'health.endpoint',
  phrases: {
    zh: ['验证 API 健康端点', '验证健康端点', '检查健康端点'],
    en: ['Verify the API health endpoint', 'Check the health endpoint'],
  },
});

export const checkSmoke = defineAction({
  ...HEALTH,
  id: 'health.smoke',
  phrases: {
    zh: ['检查关键功能可用性', '检查关键功能', '执行冒烟测试'],
    en: ['Check that the key functions work', 'Check the key functions', 'Run the smoke tests'],
  },
  takes: [],
});
