/** What is wrong with the parameters and the servers of a run request. */
import type { Entries } from './entry.ts';
import { VALUES } from './values.ts';

const LOOK_ALIKE = {
  zh: '「{character}」是 {codePoint}，不是 ASCII 字符：请重新输入',
  en: '"{character}" is {codePoint}, not an ASCII character: type it again',
} as const;

export const REQUEST_PARAMETERS = {
  MISSING_PARAMETER: {
    meaning: {
      zh: '请求没有给出必填的参数。',
      en: 'The request does not give a parameter that is required.',
    },
    messages: {
      missing: {
        message: { zh: '缺少参数 {name}', en: 'the parameter {name} is missing' },
        expected: '{type}',
        remedy: {
          zh: '请在请求中给出它，或用 -p {name}=…',
          en: 'give it in the request, or with -p {name}=…',
        },
      },
      missingChoice: {
        message: { zh: '缺少参数 {name}', en: 'the parameter {name} is missing' },
        expected: '{choices}',
        remedy: {
          zh: '请在请求中给出它，或用 -p {name}=…',
          en: 'give it in the request, or with -p {name}=…',
        },
      },
    },
  },
  UNKNOWN_PARAMETER: {
    meaning: {
      zh: '请求给出了模板没有声明的参数。',
      en: 'The request gives a parameter that the template does not declare.',
    },
    messages: {
      undeclared: {
        message: { zh: '没有参数「{name}」', en: 'there is no parameter "{name}"' },
        remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
      },
    },
  },
  BAD_PARAMETER: {
    meaning: {
      zh: '参数的值类型不对、不在可选值中，或含有不允许的字符。',
      en: 'The value of a parameter has the wrong type, is not one of its choices, or has characters that are not allowed.',
    },
    messages: {
      type: {
        message: {
          zh: '参数 {name} 应为 {type} 类型',
          en: 'the parameter {name} must be of type {type}',
        },
        expected: '{type}',
      },
      notText: {
        message: { zh: '参数 {name} 应为文本', en: 'the parameter {name} must be text' },
        expected: 'string',
        remedy: {
          zh: '文本要加引号，例如 "1.10"',
          en: 'put text in quotes, for example "1.10"',
        },
      },
      notAChoice: {
        message: {
          zh: '参数 {name} 不能是「{value}」',
          en: 'the parameter {name} cannot be "{value}"',
        },
        expected: '{choices}',
      },
      unsafe: {
        message: {
          zh: '参数 {name} 的值「{value}」是空的，或含有不允许的字符',
          en: 'the value "{value}" of the parameter {name} is empty or has characters that are not allowed',
        },
        remedy: {
          zh: '不能为空，不能以 - 开头，不能有控制字符、引号或 shell 符号',
          en: 'write a value that does not start with "-" and has no control characters, quotes or shell syntax',
        },
      },
      imageTag: {
        message: {
          zh: '版本「{version}」不能用作镜像标签（{tag}）',
          en: 'the version "{version}" cannot be used as an image tag ({tag})',
        },
        expected: {
          zh: '以字母、数字或下划线开头，最多 128 个字母、数字、下划线、点和连字符',
          en: 'a letter, digit or underscore, then up to 127 letters, digits, underscores, dots and hyphens',
        },
      },
      imageTagLookAlike: {
        message: {
          zh: '版本「{version}」不能用作镜像标签（{tag}）',
          en: 'the version "{version}" cannot be used as an image tag ({tag})',
        },
        expected: {
          zh: '以字母、数字或下划线开头，最多 128 个字母、数字、下划线、点和连字符',
          en: 'a letter, digit or underscore, then up to 127 letters, digits, underscores, dots and hyphens',
        },
        remedy: LOOK_ALIKE,
      },
      noServers: {
        message: { zh: 'servers 是空的', en: 'servers is empty' },
        remedy: {
          zh: '{environment} 的服务器：{known}',
          en: 'name servers of {environment}: {known}',
        },
      },
      serverName: {
        message: {
          zh: '服务器名「{name}」不是文本',
          en: 'the server name {name} is not text',
        },
        remedy: {
          zh: '请给服务器名加上引号',
          en: 'put the name in quotes',
        },
      },
      ...VALUES,
    },
  },
  UNKNOWN_SERVER: {
    meaning: {
      zh: 'runsheet.yaml 没有列出这台服务器。',
      en: 'runsheet.yaml does not list this server.',
    },
    messages: {
      inEnvironment: {
        message: {
          zh: 'runsheet.yaml 的 {environment} 没有服务器「{server}」',
          en: 'runsheet.yaml lists no server "{server}" for {environment}',
        },
        remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
      },
      inProject: {
        message: {
          zh: 'runsheet.yaml 没有列出服务器 {server}',
          en: 'runsheet.yaml lists no server {server}',
        },
        remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
      },
      lookAlike: {
        message: {
          zh: 'runsheet.yaml 的 {environment} 没有服务器「{server}」',
          en: 'runsheet.yaml lists no server "{server}" for {environment}',
        },
        remedy: LOOK_ALIKE,
      },
    },
  },
  DUPLICATE_SERVER: {
    meaning: {
      zh: '请求或项目文件把一台服务器列了两次。',
      en: 'A request or the project file lists a server twice.',
    },
    messages: {
      inRequest: {
        message: { zh: '服务器 {server} 出现了两次', en: 'the server {server} is given twice' },
        remedy: { zh: '请删去其中一个', en: 'remove one of the two' },
      },
      inProject: {
        message: {
          zh: '服务器 {server} 已列在 {place} 中',
          en: 'the server {server} is already listed in {place}',
        },
        remedy: {
          zh: '一台服务器只属于一个环境：请删去其中一个，或换一个名称',
          en: 'a server belongs to one environment: remove one of the two, or rename it',
        },
      },
      asBalancer: {
        message: {
          zh: '服务器 {server} 已列在 {place} 中',
          en: 'the server {server} is already listed in {place}',
        },
        remedy: {
          zh: '请从 balancers 中删去它：balancer.haproxy 可以直接写它的名称',
          en: 'remove it from balancers: balancer.haproxy may name it as it is',
        },
      },
    },
  },
  WRONG_ENVIRONMENT: {
    meaning: {
      zh: '环境不存在，或服务器属于另一个环境：这样就不会有人以 development 之名发布到生产。',
      en: 'The environment does not exist, or a server belongs to another one: nobody deploys to production as development.',
    },
    messages: {
      unknown: {
        message: {
          zh: 'runsheet.yaml 没有环境「{environment}」',
          en: 'runsheet.yaml has no environment "{environment}"',
        },
        remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
      },
      noneAtAll: {
        message: {
          zh: 'runsheet.yaml 没有环境「{environment}」',
          en: 'runsheet.yaml has no environment "{environment}"',
        },
        remedy: {
          zh: '请在 environments 下写上它和它的服务器',
          en: 'list it and its servers under environments',
        },
      },
      otherServer: {
        message: {
          zh: '{server} 属于 {other}，不属于 {environment}',
          en: '{server} belongs to {other}, not to {environment}',
        },
        remedy: {
          zh: '{environment} 的服务器：{known}',
          en: 'the servers of {environment} are {known}',
        },
      },
    },
  },
} as const satisfies Entries;
