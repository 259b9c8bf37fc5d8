/** The service that runs is stopped, and the version that ran comes back where the run fails. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const serviceStopped = defineFact({
  id: 'service.stopped',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '服务已停止', en: 'Service stopped' },
  phrases: {
    zh: ['所有服务器成功停止服务', '服务已停止'],
    en: ['The service is stopped on all servers', 'All servers stopped the service'],
  },
});

export const restoreService = defineCompensation({
  id: 'service.restore',
  name: { zh: '恢复旧版本服务', en: 'old version back' },
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
  effect: { version: 'before' },
});

export const stopService = defineAction({
  ...SERVER,
  id: 'service.stop',
  phrases: {
    zh: ['停止应用服务', '停止服务', '停止现有服务'],
    en: ['Stop the application service', 'Stop the service', 'Stop the application'],
  },
  uses: ['runtime'],
  needs: ['lock'],
  takes: ['out-of-pool', 'no-requests'],
  provides: ['stopped-service'],
  measures: [serviceStopped],
  effect: { version: 'none' },
  compensation: restoreService,
});
