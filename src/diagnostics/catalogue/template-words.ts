/** The phrases, roles and names of a run sheet that nobody knows, and what nothing measures. */
import type { Entries } from './entry.ts';

export const TEMPLATE_WORDS = {
  UNKNOWN_PHRASE: {
    meaning: {
      zh: '列表项不是已知的动作、条件、成功条件或回滚方式。',
      en: 'A bullet is not a known action, criterion, success rule or way to roll back.',
    },
    messages: {
      action: {
        message: { zh: '没有动作叫「{phrase}」', en: 'there is no action "{phrase}"' },
        remedy: {
          zh: '请在 runsheet.yaml 的 actions 下定义它，或把说明写在「**备注**」下',
          en: 'define it under actions in runsheet.yaml, or put prose under "**Note**"',
        },
      },
      criterion: {
        message: { zh: '没有条件叫「{phrase}」', en: 'there is no criterion "{phrase}"' },
        remedy: {
          zh: '条件例如：测试通过率 >= 95%、无高危安全漏洞',
          en: 'write, for example: test pass rate >= 95%, no high-risk security vulnerabilities',
        },
      },
      successRule: {
        message: { zh: '没有成功条件叫「{phrase}」', en: 'there is no success rule "{phrase}"' },
        remedy: { zh: '可用：{known}', en: 'use one of: {known}' },
      },
      onFailure: {
        message: {
          zh: '没有失败处理叫「{phrase}」',
          en: 'there is no way to handle a failure called "{phrase}"',
        },
        remedy: {
          zh: '可用：人工介入、重试 3 次、回滚、忽略（原因）',
          en: 'use one of: ask a person, retry 3 times, roll back, ignore (reason)',
        },
      },
      rollback: {
        message: {
          zh: '没有回滚方式叫「{phrase}」',
          en: 'there is no way to roll back called "{phrase}"',
        },
        remedy: {
          zh: '可用：直接终止、恢复旧版本服务、切换回旧版本',
          en: 'use one of: stop at once, restore the old version, switch back to the old version',
        },
      },
    },
  },
  UNKNOWN_ROLE: {
    meaning: {
      zh: '审批人员或 people 写的角色，roles 下没有。',
      en: 'Approvers, or people in the project file, have a role that is not under roles.',
    },
    messages: {
      approver: {
        message: { zh: '没有名为「{role}」的角色', en: 'there is no role "{role}"' },
        remedy: {
          zh: '请在 runsheet.yaml 的 roles 下定义它',
          en: 'define it under roles in runsheet.yaml',
        },
      },
      person: {
        message: { zh: '没有名为「{role}」的角色', en: 'there is no role "{role}"' },
        remedy: {
          zh: '请写其中之一：{known}，或在 roles 下定义它',
          en: 'use one of {known}, or define it under roles',
        },
      },
    },
  },
  UNKNOWN_REFERENCE: {
    meaning: {
      zh: '文字或表达式用到了不存在的参数、变量或指标。',
      en: 'A text or an expression uses a parameter, a variable or a metric that does not exist.',
    },
    messages: {
      placeholder: {
        message: { zh: '没有名为「{name}」的参数', en: 'there is no parameter "{name}"' },
        remedy: { zh: '可用：{known}', en: 'use one of: {known}' },
      },
      parameter: {
        message: { zh: '没有名为「{name}」的参数', en: 'there is no parameter "{name}"' },
        remedy: {
          zh: '文本请加引号，例如 "production"；参数请在「## 参数定义」下声明',
          en: 'put text in quotes, as in "production"; declare a parameter under "## Parameters"',
        },
      },
      variable: {
        message: { zh: '没有步骤设置变量「{name}」', en: 'no step sets the variable "{name}"' },
        remedy: {
          zh: '请在前面的判断步骤中写「设置 variables.{name} = …」，或删去这一条',
          en: 'write "set variables.{name} = …" in an earlier condition step, or remove this rule',
        },
      },
      metric: {
        message: { zh: '没有名为「{name}」的指标', en: 'there is no metric "{name}"' },
        remedy: { zh: '可用：{known}', en: 'use one of: {known}' },
      },
    },
  },
  BAD_DURATION: {
    meaning: {
      zh: '这里要写时长，例如 30秒 或 24小时。',
      en: 'A duration belongs here, such as 30 s or 24 hours.',
    },
    messages: {
      approvalTimeout: {
        message: { zh: '「{text}」不是时长', en: '"{text}" is not a duration' },
        expected: { zh: '24小时 | 1小时30分钟', en: '24 hours | 1h 30m' },
        remedy: { zh: '例如：24小时', en: 'write, for example: 24 hours' },
      },
      limit: {
        message: { zh: '「{text}」不是时长', en: '"{text}" is not a duration' },
        expected: { zh: '30秒 | 5分钟', en: '30 s | 5 minutes' },
        remedy: { zh: '例如：（最多30秒）', en: 'write, for example: (at most 30 s)' },
      },
      threshold: {
        message: {
          zh: '「{figure}」不能作为「{fact}」的阈值',
          en: '"{figure}" cannot be the threshold of "{fact}"',
        },
        expected: '500ms',
        remedy: { zh: '请写时长，例如 500ms', en: 'write a duration, for example 500ms' },
      },
    },
  },
  UNREAD_LINE: {
    meaning: {
      zh: '这一行不会被执行，却写在会被执行的地方，或看上去像标题、标签、列表项。没有内容会被悄悄略过。',
      en: 'A line would run nothing and stands where what stands is run, or looks like a heading, a label or a list item. Nothing is passed over in silence.',
    },
    messages: {
      notAnItem: {
        message: {
          zh: '「{label}」下要写列表，而这一行不是列表项',
          en: '"{label}" takes a list, and this line is not an item of one',
        },
        remedy: {
          zh: '请写成「- {text}」；说明文字请放在「**备注**」下',
          en: 'write "- {text}", or put prose under "**Note**"',
        },
      },
      block: {
        message: {
          zh: '「{label}」下要写列表，而这里是代码块（行首有四个空格，或有代码围栏）',
          en: '"{label}" takes a list, and this is a block of code: four spaces before the line, or a fence',
        },
        remedy: {
          zh: '请从行首写起：「- {text}」',
          en: 'write it at the beginning of the line: "- {text}"',
        },
      },
      noList: {
        message: {
          zh: '「{label}」下要写列表，但什么都没有',
          en: '"{label}" takes a list, and there is none',
        },
        remedy: {
          zh: '请写出列表，每行以「- 」开头，或删去这个标签',
          en: 'write the list, each line beginning with "- ", or remove the label',
        },
      },
      secondBlock: {
        message: {
          zh: '这里只读第一个代码块，这个不会被读到',
          en: 'only the first block is read here, and this one would not be',
        },
        remedy: { zh: '请合并成一个代码块', en: 'put both into one block' },
      },
      besideBlock: {
        message: {
          zh: '「{label}」下只读代码块，这一行不会被读到',
          en: 'of "{label}" only the block is read, and this line would not be',
        },
        remedy: {
          zh: '请把它写进代码块；说明文字请放在「**备注**」下',
          en: 'write it into the block, or put prose under "**Note**"',
        },
      },
      heading: {
        message: {
          zh: '步骤之内没有下级标题，「{text}」不会被执行',
          en: 'a step has no headings of its own, so "{text}" would not be run',
        },
        remedy: {
          zh: '步骤的标题以「### 」开头；说明文字请放在「**备注**」下',
          en: 'begin the heading of a step with "### ", or put prose under "**Note**"',
        },
      },
      likeHeading: {
        message: { zh: '这一行像标题，却不是', en: 'this line looks like a heading and is none' },
        remedy: { zh: '请写成「{text}」', en: 'write "{text}"' },
      },
      likeLabel: {
        message: { zh: '这一行像标签，却不是', en: 'this line looks like a label and is none' },
        remedy: { zh: '您是否想写「**{label}**:」？', en: 'did you mean "**{label}**:"?' },
      },
      likeSection: {
        message: {
          zh: '这一行像章节的标题，却不是',
          en: 'this line looks like the heading of a section and is none',
        },
        remedy: { zh: '请写成「## {section}」', en: 'write "## {section}"' },
      },
    },
  },
  NOT_PROVIDED: {
    meaning: {
      zh: '动作需要的东西，之前没有动作提供。',
      en: 'An action needs something that no action before it provides.',
    },
    messages: {
      never: {
        message: {
          zh: '「{action}」需要{resource}，之前没有动作提供',
          en: '"{action}" needs the {resource}, and no action before it provides one',
        },
        remedy: {
          zh: '请在它之前加上{who}，或删去这一条',
          en: 'add {who} before it, or remove this line',
        },
      },
      notAlways: {
        message: {
          zh: '「{action}」需要{resource}；{where} 时，之前没有动作提供',
          en: '"{action}" needs the {resource}, and with {where} no action before it provides one',
        },
        remedy: {
          zh: '请让{who}在这种情况下也执行，或同样跳过这一步',
          en: 'run {who} in that case too, or skip this step as well',
        },
      },
    },
  },
  UNMEASURED_CRITERION: {
    meaning: {
      zh: '没有动作测量这个条件，它永远不会满足。',
      en: 'No action measures what a criterion or a success rule is about, so it can never be met.',
    },
    messages: {
      inStep: {
        message: {
          zh: '这一步没有动作测量「{fact}」，这个条件永远不会满足',
          en: 'no action of this step measures "{fact}", so this criterion can never be met',
        },
        remedy: { zh: '请在这一步加上{phrases}', en: 'add {phrases} to this step' },
      },
      byNoAction: {
        message: {
          zh: '没有动作测量「{fact}」，这个条件永远不会满足',
          en: 'no action measures "{fact}", so this criterion can never be met',
        },
        remedy: {
          zh: '请加上 runsheet.yaml 的 actions 中测量它的短语，或删去这一条',
          en: 'add a phrase of actions in runsheet.yaml that measures it, or remove this line',
        },
      },
      withoutPool: {
        message: {
          zh: '没有负载均衡（balancer.kind: {kind}），「{criterion}」不会被测量，这个条件永远不会满足',
          en: 'there is no load balancer (balancer.kind: {kind}), so "{criterion}" is never measured and can never be met',
        },
        remedy: {
          zh: '请删去这一条：没有负载均衡的服务在停止时自己排空，并由它的健康检查判断；前面有负载均衡的，请在 runsheet.yaml 的 balancer.kind 写出它',
          en: 'remove this line: a service without a load balancer drains in its own stop and is judged by its health checks. If a load balancer is in front of it, name that in balancer.kind of runsheet.yaml',
        },
      },
      ruleWithoutPool: {
        message: {
          zh: '没有负载均衡（balancer.kind: {kind}），「{criterion}」不会被测量，任何运行都不会成功',
          en: 'there is no load balancer (balancer.kind: {kind}), so "{criterion}" is never measured and no run can succeed',
        },
        remedy: {
          zh: '请删去这一条，可写「健康检查全部通过」；前面有负载均衡的，请在 runsheet.yaml 的 balancer.kind 写出它',
          en: 'remove this rule; "All health checks pass" can stand in its place. If a load balancer is in front of the service, name that in balancer.kind of runsheet.yaml',
        },
      },
      ruleWithoutStep: {
        message: { zh: '没有步骤测量「{fact}」', en: 'no step measures "{fact}"' },
        remedy: {
          zh: '请在某一步加上「{phrase}」，或删去这一条',
          en: 'add "{phrase}" to a step, or remove this rule',
        },
      },
      ruleTooLate: {
        message: {
          zh: '「{fact}」在步骤 {step} 之后才测量，而成功条件在步骤 {step} 结束时判断',
          en: '"{fact}" is only measured after step {step}, at the end of which the success rules are judged',
        },
        remedy: {
          zh: '请把测量它的步骤放到步骤 {step} 或它之前',
          en: 'move the step that measures it to step {step} or before it',
        },
      },
      ruleNotAlways: {
        message: {
          zh: '{where} 时，到步骤 {step} 为止没有步骤测量「{fact}」',
          en: 'with {where}, no step up to step {step} measures "{fact}"',
        },
        remedy: {
          zh: '请让测量它的步骤在这种情况下也执行，或删去这一条',
          en: 'run the step that measures it in that case too, or remove this rule',
        },
      },
      ruleWithoutThreshold: {
        message: {
          zh: '没有步骤为「{fact}」设置阈值',
          en: 'no step sets a threshold for "{fact}"',
        },
        remedy: {
          zh: '请在某一步加上「{phrase}」及其条件，或删去这一条',
          en: 'add "{phrase}" and its criterion to a step, or remove this rule',
        },
      },
    },
  },
} as const satisfies Entries;
