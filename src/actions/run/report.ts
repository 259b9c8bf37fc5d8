/** What tells people how the run ended; a step of these alone also runs after a failure. */
import { defineAction } from '../define.ts';
import { ONCE } from './limits.ts';

const TELLING = { ...ONCE, uses: [], needs: ['report'], provides: [], measures: [] } as const;

export const writeReport = defineAction({
  ...TELLING,
  id: 'report.write',
  phrases: {
    zh: ['生成部署报告', '编写部署报告'],
    en: ['Write the deployment report', 'Generate the deployment report'],
  },
});

export const sendResult = defineAction({
  ...TELLING,
  id: 'notify.send',
  phrases: {
    zh: ['发送成功/失败通知', '发送通知', '发送部署通知'],
    en: ['Send the success or failure notification', 'Send the notification'],
  },
});

export const updateRecord = defineAction({
  ...TELLING,
  id: 'record.update',
  phrases: {
    zh: ['更新部署记录', '记录部署'],
    en: ['Update the deployment record', 'Update the deployment records'],
  },
});
