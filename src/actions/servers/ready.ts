import { defineAction, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const serviceReady = defineFact({
  id: 'service.ready',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '服务就绪', en: 'Service ready' },
  phrases: {
    zh: ['服务健康检查通过', '服务已就绪', '所有服务已就绪'],
    en: ['The service health check passes', 'The service is ready'],
  },
});

export const awaitService = defineAction({
  ...SERVER,
  id: 'service.ready',
  phrases: {
    zh: ['等待服务就绪', '等待服务可用'],
    en: ['Wait until the service is ready', 'Wait for the service to be ready'],
  },
  uses: ['health'],
  needs: [],
  takes: ['running-service'],
  provides: ['ready-service'],
  measures: [serviceReady],
});
