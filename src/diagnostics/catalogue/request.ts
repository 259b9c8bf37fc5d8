/** What is wrong with a run request: which template, which parameters and servers, which changes. */
import type { Entries } from './entry.ts';
import { NOT_IGNORED } from './on-failure.ts';
import { BAD_REQUEST } from './request-form.ts';
import { REQUEST_PARAMETERS } from './request-parameters.ts';
import { RUN_SIZE } from './run-size.ts';

const KEEP = {
  zh: '请保留它；不再需要时请修改模板',
  en: 'leave it in; if it is no longer needed, change the template',
} as const;

export const REQUEST = {
  BAD_REQUEST,
  ...RUN_SIZE,
  UNKNOWN_TEMPLATE: {
    meaning: {
      zh: '没有这个 template_id 的模板，或请求写的是另一个模板。',
      en: 'No template has this template_id, or the request names another template.',
    },
    messages: {
      none: {
        message: {
          zh: '没有 template_id 为「{id}」的模板',
          en: 'there is no template with the template_id "{id}"',
        },
        expected: '{known}',
        remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
      },
      noneAtAll: {
        message: {
          zh: '没有 template_id 为「{id}」的模板：一个模板也没有',
          en: 'there is no template with the template_id "{id}": there are no templates at all',
        },
        remedy: {
          zh: '请把模板放进项目的 templates 文件夹',
          en: "put a template into the project's templates folder",
        },
      },
      another: {
        message: {
          zh: '请求写的是模板「{named}」，启动的却是 {started}',
          en: 'the request names the template "{named}", but {started} was started',
        },
        remedy: {
          zh: '请在请求中写 {near}，或启动另一个类型',
          en: 'write {near} in the request, or start the other type',
        },
      },
    },
  },
  ...REQUEST_PARAMETERS,
  NOT_TOLD_BY_BALANCER: {
    meaning: {
      zh: '项目的负载均衡无法告知一个成功条件所需的数据：它不会被测量，该步骤因此失败。',
      en: 'The load balancer of the project cannot tell what a success criterion needs: it is not measured, so the step fails.',
    },
    messages: {
      criterion: {
        message: {
          zh: '步骤 {step} 的条件「{criterion}」不会被测量：kind 为 {kind} 的负载均衡无法告知，该步骤因此失败',
          en: 'step {step}: "{criterion}" is not measured, since a load balancer of kind {kind} cannot tell it, so the step fails',
        },
        remedy: {
          zh: '请从操作单中删去这个条件或带来它的动作，或换用能够告知的负载均衡',
          en: 'remove the criterion, or the action that brings it, from the run sheet, or use a load balancer that can tell it',
        },
        severity: 'warning',
      },
    },
  },
  NOT_SKIPPABLE: {
    meaning: {
      zh: '请求不能跳过这一步，操作单也不能忽略它的失败：它是审批，它更改服务器，或后面的步骤、成功判定需要它。',
      en: 'A request cannot skip this step, and a run sheet cannot ignore its failure: it is an approval, it changes servers, or a later step or a success rule needs it.',
    },
    messages: {
      approval: {
        message: {
          zh: '步骤 {step} 不能由请求跳过：它是审批',
          en: 'a request cannot skip step {step}: it is an approval',
        },
        remedy: KEEP,
      },
      decision: {
        message: {
          zh: '步骤 {step} 不能由请求跳过：步骤 {reader} 需要它的判断',
          en: 'a request cannot skip step {step}: step {reader} needs its decision',
        },
        remedy: KEEP,
      },
      successRule: {
        message: {
          zh: '步骤 {step} 不能由请求跳过：成功判定（{rule}）需要它',
          en: 'a request cannot skip step {step}: the success rule {rule} needs it',
        },
        remedy: KEEP,
      },
      laterStep: {
        message: {
          zh: '步骤 {step} 不能由请求跳过：步骤 {later} 需要它的结果',
          en: 'a request cannot skip step {step}: step {later} needs its result',
        },
        remedy: KEEP,
      },
      changesServers: {
        message: {
          zh: '步骤 {step} 不能由请求跳过：它更改服务器',
          en: 'a request cannot skip step {step}: it changes servers',
        },
        remedy: KEEP,
      },
      ...NOT_IGNORED,
    },
  },
  UNKNOWN_TASK: {
    meaning: {
      zh: '请求增加的任务不是已知的动作，项目也没有定义它。模板的示例中只是提示。',
      en: 'A task that a request adds is not a known action, and the project does not define it. In an example of a template this is a hint only.',
    },
    messages: {
      inExample: {
        message: {
          zh: '项目尚未定义「{task}」，这个示例现在不能运行',
          en: 'the project does not define "{task}" yet, so this example cannot run now',
        },
        remedy: {
          zh: '请在 runsheet.yaml 的 actions 下定义「{task}」',
          en: 'define "{task}" under actions in runsheet.yaml',
        },
        severity: 'hint',
      },
      inRequest: {
        message: { zh: '没有任务「{task}」', en: 'there is no task "{task}"' },
        remedy: {
          zh: '请在 runsheet.yaml 的 actions 下定义它',
          en: 'define it under actions in runsheet.yaml',
        },
      },
      inProject: {
        message: {
          zh: 'runsheet.yaml 没有任务 {task}',
          en: 'there is no task {task} in runsheet.yaml',
        },
        remedy: {
          zh: '请在 actions 下定义它；现有：{known}',
          en: 'add it under actions; there are: {known}',
        },
      },
    },
  },
  UNTRUSTED_POLICY: {
    meaning: {
      zh: '请求想规定谁来审批。这由模板和项目决定，从不由请求决定。',
      en: 'The request tries to say who approves. That is for the template and the project, never for a request.',
    },
    messages: {
      key: {
        message: {
          zh: '请求不能规定审批规则（{key}）',
          en: 'a request cannot set the rules of an approval ({key})',
        },
        remedy: {
          zh: '请删去它：审批人由模板和 runsheet.yaml 决定',
          en: 'remove it: the template and runsheet.yaml say who approves',
        },
      },
    },
  },
  REQUESTER_UNKNOWN: {
    meaning: {
      zh: '这次运行需要审批，而申请人不是 people 中的某一个人：无法保证没有人批准自己的发布。',
      en: 'Somebody has to approve this run, and who asks for it is no one person under people: that nobody approves their own run could not be held.',
    },
    messages: {
      unnamed: {
        message: {
          zh: '步骤 {step} 需要审批，而请求没有说明由谁申请',
          en: 'step {step} is an approval, and the request does not say who asks for the run',
        },
        remedy: {
          zh: '请在请求中写 "requested_by": "{first}"（people 中有：{known}），命令行用 --requested-by',
          en: 'put "requested_by": "{first}" into the request (people: {known}), or --requested-by on the command line',
        },
      },
      nobody: {
        message: {
          zh: '步骤 {step} 需要审批，而申请人「{name}」不是 people 中的某一个人',
          en: 'step {step} is an approval, and "{name}", who asks for the run, is no one person under people',
        },
        remedy: {
          zh: '请写其中之一：{known}（命令行用 --requested-by），或在 runsheet.yaml 的 people 下加上申请人，角色可以为空',
          en: 'name one of {known} (--requested-by on the command line), or add the requester under people in runsheet.yaml, with no roles if they approve nothing',
        },
      },
      twoAlphabets: {
        message: {
          zh: '步骤 {step} 需要审批，而申请人「{name}」不是 people 中的某一个人：其中的「{letter}」是 {codePoint}，不是拉丁字母',
          en: 'step {step} is an approval, and "{name}", who asks for the run, is no one person under people: its "{letter}" is {codePoint}, no Latin letter',
        },
        remedy: {
          zh: '请重新输入，people 中有：{known}',
          en: 'type it again, people: {known}',
        },
      },
      supersedes: {
        message: {
          zh: '要取代等待审批的发布单，而申请人 {name} 不是 people 中的某一个人',
          en: 'it would replace runs that wait for their approval, and {name}, who asks for it, is no one person under people',
        },
        remedy: {
          zh: '请写其中之一：{known}（命令行用 --requested-by），或去掉 supersede',
          en: 'name one of {known} (--requested-by on the command line), or leave supersede out',
        },
      },
      noPeople: {
        message: {
          zh: '步骤 {step} 需要审批，而 runsheet.yaml 的 people 下没有任何人',
          en: 'step {step} is an approval, and there is nobody under people in runsheet.yaml',
        },
        remedy: {
          zh: '请在 people 下加上申请人和审批人，例如「alice」，并写上她的 roles',
          en: 'add who asks and who approves under people, each with an id such as alice, and roles',
        },
      },
    },
  },
  PLAN_CHANGED: {
    meaning: {
      zh: '查看计划之后，模板或批次被改动了，所以看到的不是将要运行的。',
      en: 'The template or its batches changed after the plan was shown, so that what was looked at is not what would run.',
    },
    messages: {
      sinceShown: {
        message: {
          zh: '查看计划之后，模板或其批次被改动了',
          en: 'the template or its batches changed after the plan was shown',
        },
        expected: '{digest}',
        remedy: {
          zh: '请重新查看计划（runsheet plan），再启动',
          en: 'look at the plan again (runsheet plan), then start',
        },
      },
    },
  },
} as const satisfies Entries;
