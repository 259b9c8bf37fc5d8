/** What can be wrong with 失败处理, and where nobody may be waited for. */
import type { Entries, Sentence } from './entry.ts';

const FORMS = {
  zh: '可用：人工介入、人工介入（最多 30 分钟）、重试 3 次、回滚、忽略（原因）',
  en: 'use one of: ask a person, ask a person (at most 30 min), retry 3 times, roll back, ignore (reason)',
} as const;

const REASON = {
  zh: '请写：忽略（为什么没有它也可以发布）',
  en: 'write: ignore (why the run can do without it)',
} as const;

export const ON_FAILURE_FIELDS = {
  onFailureValue: {
    message: { zh: '「{label}」的值应写在同一行', en: 'the value of "{label}" is on its own line' },
    remedy: FORMS,
  },
  onFailureTwice: {
    message: { zh: '「{label}」写了两次', en: '"{label}" is there twice' },
    remedy: { zh: '请只保留一个', en: 'keep one of them' },
  },
  onFailureTold: {
    message: {
      zh: '步骤 {step} 只通知人员：它失败时只有一条警告',
      en: 'step {step} only tells people: its failure is a warning',
    },
    remedy: { zh: '请删去这一行', en: 'remove this line' },
  },
  askLimit: {
    message: { zh: '「{text}」不是等待的期限', en: '"{text}" is no time to wait' },
    remedy: {
      zh: '请写时长，最多 24 小时，例如：人工介入（最多 30 分钟）',
      en: 'write a time of at most 24 hours, for example: ask a person (at most 30 min)',
    },
  },
  retryTimes: {
    message: {
      zh: '「{text}」没有写 1 到 {most} 之间的次数',
      en: '"{text}" has no number of times from 1 to {most}',
    },
    remedy: { zh: '请写次数，例如：重试 3 次', en: 'write the number, for example: retry 3 times' },
  },
  ignoreReason: {
    message: { zh: '「忽略」没有写原因', en: '"ignore" has no reason' },
    remedy: REASON,
  },
  ignoreReasonText: {
    message: {
      zh: '原因不是一行不超过 {limit} 字的文字',
      en: 'the reason is not one line of at most {limit} characters',
    },
    remedy: REASON,
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const ON_FAILURE = {
  QUESTION_WITHOUT_SERVICE: {
    meaning: {
      zh: '在摘除与重新挂载之间等待人员：其间可能没有服务器在服务。',
      en: 'A person would be waited for between drain and return, while perhaps no server serves.',
    },
    messages: {
      between: {
        message: {
          zh: '这里会在服务器停止服务时等待人员',
          en: 'this waits for a person while servers are out of service',
        },
        remedy: {
          zh: '请改为「回滚」或「重试 3 次」，把问题移到摘除之前，或分批并写「**最少在线**: 50%」',
          en: 'write "roll back" or "retry 3 times", ask before the servers are drained, or deploy in batches with "**Minimum in pool**: 50%"',
        },
      },
    },
  },
} as const satisfies Entries;

const DECIDE = {
  zh: '请改为「重试 3 次」或「回滚」',
  en: 'write "retry 3 times" or "roll back"',
} as const;

/** Failures that nobody may ignore. */
export const NOT_IGNORED = {
  ignoredRule: {
    message: {
      zh: '步骤 {step} 的失败不能忽略：成功判定（{rule}）需要它',
      en: 'the failure of step {step} cannot be ignored: the success rule {rule} needs it',
    },
    remedy: DECIDE,
  },
  ignoredLater: {
    message: {
      zh: '步骤 {step} 的失败不能忽略：步骤 {later} 需要它的结果',
      en: 'the failure of step {step} cannot be ignored: step {later} needs its result',
    },
    remedy: DECIDE,
  },
  ignoredChange: {
    message: {
      zh: '步骤 {step} 的失败不能忽略：它更改服务器',
      en: 'the failure of step {step} cannot be ignored: it changes servers',
    },
    remedy: DECIDE,
  },
  ignoredBetween: {
    message: {
      zh: '步骤 {step} 的失败不能忽略：它在摘除与重新挂载之间查看服务器',
      en: 'the failure of step {step} cannot be ignored: it looks at servers between drain and return',
    },
    remedy: DECIDE,
  },
  ignoredByDefault: {
    message: {
      zh: '「忽略」不能是所有步骤的默认：每一步要有自己的原因',
      en: '"ignore" cannot hold for every step: each has a reason of its own',
    },
    remedy: {
      zh: '请把它写在可以忽略的步骤下',
      en: 'write it on the steps that may be ignored',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
