/** What the compiler finds in a run sheet. */
import type { Entries } from './entry.ts';
import { ON_FAILURE } from './on-failure.ts';
import { BAD_FIELD, MISSING_FIELD } from './template-fields.ts';
import { BAD_BRANCH, BAD_EXPRESSION } from './template-logic.ts';
import { TEMPLATE_WORDS } from './template-words.ts';

export const TEMPLATE = {
  MISSING_SECTION: {
    meaning: {
      zh: '操作单缺少必需的章节。',
      en: 'The run sheet lacks a section that every run sheet has.',
    },
    messages: {
      section: {
        message: { zh: '缺少章节「## {section}」', en: 'the section "## {section}" is missing' },
        remedy: {
          zh: '请加上「## {section}」，内容形如：{holds}',
          en: 'add "## {section}", which holds: {holds}',
        },
      },
    },
  },
  MISSING_FIELD,
  BAD_FIELD,
  ...ON_FAILURE,
  RESERVED_NAME: {
    meaning: {
      zh: '这个名称由工作进程自己使用。',
      en: 'The worker itself uses this name.',
    },
    messages: {
      templateId: {
        message: {
          zh: 'template_id 不能是「{id}」：它是保留名称',
          en: 'template_id cannot be "{id}": the name is reserved',
        },
        remedy: {
          zh: '请换一个名称，例如 {id}_workflow_v1',
          en: 'choose another, for example {id}_workflow_v1',
        },
      },
    },
  },
  UNKNOWN_SECTION: {
    meaning: {
      zh: '二级标题不是操作单的章节。什么都不执行的内容不会被悄悄略过。',
      en: 'A second-level heading is not a section of a run sheet. Nothing is passed over in silence.',
    },
    messages: {
      section: {
        message: { zh: '没有名为「{section}」的章节', en: 'there is no section "{section}"' },
        remedy: { zh: '说明文字请放在「## 备注」下', en: 'put prose under "## Notes"' },
      },
    },
  },
  UNKNOWN_LABEL: {
    meaning: {
      zh: '粗体标签不存在，或不能写在这种步骤里。',
      en: 'A bold label does not exist, or does not belong in a step of this kind.',
    },
    messages: {
      label: {
        message: {
          zh: '步骤中没有名为「{label}」的标签',
          en: 'a step has no label "{label}"',
        },
        remedy: { zh: '说明文字请放在「**备注**」下', en: 'put prose under "**Note**"' },
      },
      looseBullet: {
        message: { zh: '这一项不在任何标签之下', en: 'this item is not under a label' },
        remedy: {
          zh: '请在前面写上标签，例如「**执行内容**:」',
          en: 'put a label before it, for example "**Actions**:"',
        },
      },
      otherKind: {
        message: {
          zh: '[{kind}] 步骤不能有「{label}」',
          en: 'a step of kind [{kind}] cannot have "{label}"',
        },
        remedy: { zh: '可用：{known}', en: 'it can have: {known}' },
      },
    },
  },
  UNKNOWN_STEP_KIND: {
    meaning: {
      zh: '步骤标题没有写类型，或写了不存在的类型。',
      en: 'The heading of a step has no kind, or one that does not exist.',
    },
    messages: {
      missing: {
        message: { zh: '步骤没有写类型', en: 'the step has no kind' },
        expected: '{kinds}',
        remedy: {
          zh: '请在标题末尾写上类型，例如 [action]',
          en: 'end the heading with its kind, for example [action]',
        },
      },
      unknown: {
        message: { zh: '没有名为「{kind}」的步骤类型', en: 'there is no step kind "{kind}"' },
        expected: '{kinds}',
        remedy: {
          zh: '请在标题末尾写上类型，例如 [action]',
          en: 'end the heading with its kind, for example [action]',
        },
      },
    },
  },
  DUPLICATE_STEP: {
    meaning: { zh: '两个步骤的编号相同。', en: 'Two steps have the same number.' },
    messages: {
      number: {
        message: { zh: '步骤编号 {number} 出现了两次', en: 'two steps have the number {number}' },
        remedy: {
          zh: '请给其中一个换一个编号，并修改提到它的地方',
          en: 'renumber one of them, and change the lines that refer to it',
        },
      },
    },
  },
  DUPLICATE_TEMPLATE: {
    meaning: {
      zh: '两个文件有同一个 template_id，却不是彼此的译文。',
      en: 'Two files have the same template_id, and neither is a translation of the other.',
    },
    messages: {
      sameLanguage: {
        message: {
          zh: '两个模板有同一个 template_id「{id}」：{files}',
          en: 'two templates have the template_id "{id}": {files}',
        },
        remedy: {
          zh: '请给其中一个换一个 template_id',
          en: 'give one of them another template_id',
        },
      },
      otherMeaning: {
        message: {
          zh: '模板「{id}」的译文与原文的计划不同：{files}',
          en: 'the translations of the template "{id}" do not compile to the same plan: {files}',
        },
        remedy: {
          zh: '请对照这些文件：只有文字可以不同',
          en: 'compare the files: only the wording may differ',
        },
      },
    },
  },
  ...TEMPLATE_WORDS,
  BAD_EXPRESSION,
  BAD_BRANCH,
  MISSING_STEP: {
    meaning: {
      zh: '提到的步骤不存在，例如后来被删去了。',
      en: 'A step is referred to that does not exist: it was removed later, for example.',
    },
    messages: {
      inTemplate: {
        message: { zh: '没有步骤 {number}', en: 'there is no step {number}' },
        expected: '{steps}',
        remedy: {
          zh: '现有步骤：{steps}。如果这一步已被删去，请一并修改这里',
          en: 'the steps are {steps}; if the step was removed, change this line too',
        },
      },
      inRequest: {
        message: { zh: '没有步骤 {number}', en: 'there is no step {number}' },
        remedy: { zh: '现有步骤：{steps}', en: 'the steps are {steps}' },
      },
    },
  },
  ENDLESS_JUMP: {
    meaning: {
      zh: '判断要回到前面的步骤：运行只能向前。',
      en: 'A decision goes back to an earlier step: a run only goes forward.',
    },
    messages: {
      back: {
        message: {
          zh: '步骤 {number} 不在这一步之后，这样会无休止地循环',
          en: 'step {number} does not come after this one, so the run would never end',
        },
        remedy: { zh: '只能进入或跳过后面的步骤', en: 'go to, or skip, a later step' },
      },
    },
  },
  BAD_EXAMPLE: {
    meaning: {
      zh: '「使用示例」中的一个示例不能作为这个模板的请求。读不懂的行用 BAD_REQUEST 的话来说。',
      en: 'A usage example is not a request that this template could take. A line that cannot be read is reported in the words of BAD_REQUEST.',
    },
    messages: {
      unknownParameter: {
        message: {
          zh: '示例使用了没有声明的参数「{name}」',
          en: 'the example uses the parameter "{name}", which is not declared',
        },
        remedy: { zh: '请在「## 参数定义」下声明它', en: 'declare it under "## Parameters"' },
      },
      badValue: {
        message: {
          zh: '「{value}」不能作为参数「{name}」的值',
          en: '"{value}" cannot be the value of the parameter "{name}"',
        },
        expected: '{allowed}',
      },
      noSuchStep: {
        message: {
          zh: '示例提到的步骤 {number} 不存在',
          en: 'the example refers to step {number}, which does not exist',
        },
        expected: '{steps}',
      },
      nothingToRoll: {
        message: {
          zh: '没有更改服务器的步骤，不能分批',
          en: 'no step changes servers, so there is nothing to roll out in batches',
        },
        remedy: { zh: '请去掉示例中的批次', en: 'remove the batches from the example' },
      },
    },
  },
  POLICY_UNSATISFIABLE: {
    meaning: {
      zh: '没有人，或没有足够的人可以批准。没有列出的环境，谁都不能批准。',
      en: "Nobody, or not enough people, can approve. An environment that is not listed is nobody's to approve.",
    },
    messages: {
      nobody: {
        message: {
          zh: '{environment} 会到达步骤 {step} 的审批，但「审批人员」没有列出它',
          en: '{environment} reaches the approval of step {step}, and the approvers do not list it',
        },
        remedy: {
          zh: '请加上一行，例如「- {environment}: {roles}」，或让这个环境跳过这一步',
          en: 'add a line such as "- {environment}: {roles}", or let that environment skip the step',
        },
      },
      tooFew: {
        message: {
          zh: '{environment} 的审批规则无法满足：需要 {wanted} 人，最多只有 {reached} 人可以批准',
          en: 'the approval rule for {environment} cannot be met: it needs {wanted} people, and at most {reached} can approve',
        },
        expected: '>= {wanted}',
        remedy: {
          zh: '请在 runsheet.yaml 的 people 下给更多人这些角色，或减少人数',
          en: 'give more people these roles under people in runsheet.yaml, or ask for fewer',
        },
      },
    },
  },
  CHANNEL_NOT_CONFIGURED: {
    meaning: {
      zh: '模板要求的通知渠道，项目没有配置。运行不受影响。',
      en: 'The template asks for a notification channel that the project does not configure. The run goes on.',
    },
    messages: {
      channel: {
        message: {
          zh: 'runsheet.yaml 没有配置通知渠道「{channel}」',
          en: 'runsheet.yaml does not configure the channel "{channel}"',
        },
        remedy: {
          zh: '请在 channels 下配置它；终端和 Web UI 仍会显示审批请求',
          en: 'configure it under channels; the terminal and the Web UI show the request anyway',
        },
        severity: 'warning',
      },
    },
  },
} as const satisfies Entries;
