/** The new version is started, and removed where the run fails. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const serviceDeployed = defineFact({
  id: 'service.deployed',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '新版本已部署', en: 'New version deployed' },
  phrases: {
    zh: ['所有服务器部署成功', '新版本部署成功'],
    en: ['The deployment succeeded on all servers', 'All servers deployed'],
  },
});

export const removeService = defineCompensation({
  id: 'service.remove',
  name: { zh: '移除新版本', en: 'new version removed' },
  uses: ['runtime'],
  effect: { version: 'none' },
});

export const startService = defineAction({
  ...SERVER,
  id: 'service.start',
  phrases: {
    zh: ['启动新版本服务', '启动应用服务', '启动服务'],
    en: ['Start the service in the new version', 'Start the new version', 'Start the service'],
  },
  uses: ['image', 'runtime', 'container', 'files', 'health', 'balancer'],
  needs: ['lock', 'pushed-image'],
  takes: ['release-on-server', 'stopped-service', 'configuration'],
  provides: ['running-service'],
  measures: [serviceDeployed],
  effect: { version: 'new' },
  compensation: removeService,
});
