/**
 * The release that ran before the run is started again, with what it ran with: a restart. Its undoing
 * is that of the stop before it, since what ran before is what runs.
 */
import { defineAction, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const serviceResumed = defineFact({
  id: 'service.resumed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '服务已重新启动', en: 'Service started again' },
  phrases: {
    zh: ['所有服务器重新启动成功', '服务已重新启动'],
    en: ['The service runs again on all servers', 'All servers started the service again'],
  },
});

export const resumeService = defineAction({
  ...SERVER,
  id: 'service.resume',
  phrases: {
    zh: ['重新启动原来的版本', '重新启动应用服务', '重新启动服务'],
    en: ['Start the same version again', 'Start the service again', 'Start the application again'],
  },
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
  needs: ['lock', 'stopped-service'],
  takes: [],
  provides: ['running-service'],
  measures: [serviceResumed],
  effect: { version: 'before' },
});
