/** Configuration files written, and the former ones put back. */
import { defineAction, defineCompensation, defineFact } from '../define.ts';
import { SERVER } from './limits.ts';

export const configurationCurrent = defineFact({
  id: 'config.current',
  unit: 'flag',
  combine: 'all',
  defaultComparison: '==',
  defaultThreshold: true,
  judgedByDefault: true,
  label: { zh: '配置已更新', en: 'Configuration current' },
  phrases: {
    zh: ['配置更新成功', '所有服务器配置更新成功'],
    en: ['The configuration is current on all servers'],
  },
});

export const restoreConfiguration = defineCompensation({
  id: 'config.restore',
  name: { zh: '恢复配置文件', en: 'old configuration back' },
  uses: ['files'],
  effect: {},
});

export const updateConfiguration = defineAction({
  ...SERVER,
  id: 'config.update',
  phrases: {
    zh: ['更新配置文件', '更新配置'],
    en: ['Update the configuration files', 'Update the configuration'],
  },
  uses: ['files'],
  needs: ['lock', 'checkout'],
  provides: ['configuration'],
  measures: [configurationCurrent],
  compensation: restoreConfiguration,
});
