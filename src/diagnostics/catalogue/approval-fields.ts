/** What can be wrong with the settings and the approvers of an approval step. */
import type { Sentence } from './entry.ts';

export const APPROVAL_FIELDS = {
  approvalSetting: {
    message: {
      zh: '审批步骤没有「{setting}」这一设置',
      en: 'an approval step has no setting "{setting}"',
    },
    remedy: {
      zh: '可用：审批超时、审批方式、通知方式',
      en: 'use one of: Approval timeout, Approval rule, Notify by',
    },
  },
  approvalRule: {
    message: {
      zh: '看不懂审批方式「{text}」',
      en: '"{text}" is not an approval rule',
    },
    expected: {
      zh: '至少一人批准 | 全部批准 | 至少2人批准',
      en: 'at least one person | everyone | at least 2 people',
    },
    remedy: {
      zh: '请写：至少一人批准、全部批准，或至少N人批准',
      en: 'write: at least one person, everyone, or at least N people',
    },
  },
  channel: {
    message: { zh: '没有名为「{channel}」的通知渠道', en: 'there is no channel "{channel}"' },
    expected: { zh: '邮件 | Slack | webhook', en: 'email | Slack | webhook' },
    remedy: { zh: '可用：邮件、Slack、webhook', en: 'use email, Slack or webhook' },
  },
  environment: {
    message: {
      zh: '没有名为「{environment}」的环境',
      en: 'there is no environment "{environment}"',
    },
    expected: '{known}',
    remedy: {
      zh: '请写参数 environment 的值之一：{known}',
      en: 'use one of the values of the parameter environment: {known}',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
