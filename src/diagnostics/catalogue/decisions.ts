/** Why a decision of a person does not count. */
import type { Entries } from './entry.ts';

export const DECISIONS = {
  NOT_AN_APPROVER: {
    meaning: {
      zh: '做决定的人不在 runsheet.yaml 中，或没有所需的角色。',
      en: 'Whoever decides is not in runsheet.yaml, or has none of the roles that may decide.',
    },
    messages: {
      unknown: {
        message: {
          zh: 'runsheet.yaml 中没有此人',
          en: 'nobody in runsheet.yaml has this name',
        },
        remedy: { zh: '可以决定的有：{known}', en: 'these may decide: {known}' },
      },
      otherRole: {
        message: {
          zh: '{name} 没有所需的角色（{roles}）',
          en: '{name} has none of the roles that may decide ({roles})',
        },
        remedy: {
          zh: '请有这些角色的人决定，或在 runsheet.yaml 的 people 下给此人一个角色',
          en: 'ask somebody who has one, or give it to them under people in runsheet.yaml',
        },
      },
    },
  },
  SELF_APPROVAL: {
    meaning: {
      zh: '发起的人不能批准自己的发布，除非项目允许（approval.allow_self）。',
      en: 'Whoever asked for a run cannot approve it, unless the project allows that (approval.allow_self).',
    },
    messages: {
      own: {
        message: {
          zh: '{name} 发起了这次发布，不能自己批准',
          en: '{name} asked for this run and cannot approve it',
        },
        remedy: { zh: '请另一个人批准', en: 'ask somebody else to approve it' },
      },
    },
  },
  QUORUM_SAME_PERSON: {
    meaning: {
      zh: '一个人有两个角色，也只能算一票。',
      en: 'One person counts once, even with two roles.',
    },
    messages: {
      voted: {
        message: {
          zh: '{name} 已经投过票，每一票需要不同的人',
          en: '{name} has already voted, and each vote needs another person',
        },
        remedy: { zh: '请另一个人决定', en: 'ask somebody else to decide' },
      },
    },
  },
  REPLAYED: {
    meaning: {
      zh: '同一个决定来了两次。第二次不起作用。',
      en: 'The same decision came twice. The second one has no effect.',
    },
    messages: {
      voted: {
        message: { zh: '{name} 已经投过票', en: '{name} has already voted' },
      },
    },
  },
  WRONG_STEP: {
    meaning: {
      zh: '现在等待的不是这个决定。',
      en: 'The run does not wait for this decision now.',
    },
    messages: {
      otherStep: {
        message: { zh: '现在等待的是步骤 {step}', en: 'it is step {step} that waits now' },
      },
      otherWord: {
        message: {
          zh: '{run} 的步骤 {step} 不接受 {word}；可以回答：{words}',
          en: 'step {step} of {run} does not take {word}; it takes {words}',
        },
      },
      notWaiting: {
        message: {
          zh: '{run} 没有在等待这个决定（现在：{state}）',
          en: '{run} is not waiting for this decision (now: {state})',
        },
        remedy: {
          zh: '`runsheet status {run}`',
          en: '`runsheet status {run}`',
        },
      },
    },
  },
  WRONG_REQUEST: {
    meaning: {
      zh: '决定是针对另一个审批请求的：请求已结束，或已重新发起。',
      en: 'The decision is about another approval request: that one has ended or was asked again.',
    },
    messages: {
      other: {
        message: {
          zh: '这个决定属于另一个审批请求',
          en: 'this decision belongs to another approval request',
        },
      },
    },
  },
  WRONG_WORKSPACE: {
    meaning: {
      zh: '按钮来自另一个 Slack 工作区。',
      en: 'A button comes from another Slack workspace.',
    },
    messages: {
      button: {
        message: {
          zh: '此按钮来自另一个 Slack 工作区',
          en: 'this button belongs to another Slack workspace',
        },
      },
    },
  },
  UNMAPPED_USER: {
    meaning: {
      zh: '按下按钮的 Slack 账号不属于 runsheet.yaml 中的任何人。',
      en: 'The Slack account that clicked belongs to nobody in runsheet.yaml.',
    },
    messages: {
      account: {
        message: {
          zh: 'runsheet.yaml 中没有人使用此 Slack 账号',
          en: 'no person in runsheet.yaml has this Slack account',
        },
        remedy: { zh: '请添加 people.<id>.slack', en: 'add people.<id>.slack' },
      },
    },
  },
  BUTTON_TAMPERED: {
    meaning: {
      zh: '按钮的内容不是本应用写的。',
      en: 'A button does not hold what this app wrote.',
    },
    messages: {
      value: {
        message: {
          zh: '按钮的内容不是本应用写入的',
          en: 'the content of this button was not written by this app',
        },
      },
    },
  },
  STALE_BUTTON: {
    meaning: {
      zh: '按钮属于一个已结束或已重新发起的请求。',
      en: 'A button belongs to a request that has ended or was asked again.',
    },
    messages: {
      request: {
        message: {
          zh: '此请求已结束或已重新发起',
          en: 'this request has ended or has been sent again',
        },
        remedy: { zh: '请使用最新的消息', en: 'use the latest message' },
      },
    },
  },
} as const satisfies Entries;
