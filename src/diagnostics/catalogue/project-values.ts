/** What is wrong with a value of the project file: the key comes first, then what it should be. */
import type { Sentence } from './entry.ts';

export const PROJECT_VALUES = {
  invalid: { message: { zh: '{where}：{problem}', en: '{where}: {problem}' } },
  schema: {
    message: { zh: '{where}：应为 {reads}', en: '{where}: expected {reads}' },
  },
  newerSchema: {
    message: {
      zh: '{where}：这个文件属于更新版本的 Runsheet；本版本读取 schema {reads}',
      en: '{where}: this file is of a later Runsheet; this one reads schema {reads}',
    },
    remedy: {
      zh: '请安装读取 schema {schema} 的 Runsheet，或按 schema {reads} 改写文件',
      en: 'install the Runsheet that reads schema {schema}, or write the file for schema {reads}',
    },
  },
  service: {
    message: { zh: '{where}：缺少服务的名称', en: '{where}: the name of the service is missing' },
  },
  empty: { message: { zh: '{where}：不能为空', en: '{where}: must not be empty' } },
  text: { message: { zh: '{where}：应为文本', en: '{where}: expected text' } },
  anyText: {
    message: {
      zh: '{where}：应为文本；空文本写作 ""',
      en: '{where}: expected text; an empty one is written ""',
    },
  },
  duration: {
    message: {
      zh: '{where}：应为时长，例如 30s、5m、1小时',
      en: '{where}: expected a duration such as 30s, 5m or 1h',
    },
  },
  durationBetween: {
    message: {
      zh: '{where}：应为 {least}s–{most}s 的时长',
      en: '{where}: expected a duration from {least}s to {most}s',
    },
  },
  count: {
    message: {
      zh: '{where}：应为 {least}–{most} 的整数',
      en: '{where}: expected a whole number from {least} to {most}',
    },
  },
  bindAddress: {
    message: {
      zh: '{where}：应为监听地址和端口，例如 127.0.0.1:9464',
      en: '{where}: expected an address to listen on, such as 127.0.0.1:9464',
    },
  },
  otlp: {
    message: {
      zh: '{where}：应为 OTLP/HTTP 收集器的地址，例如 http://collector:4318',
      en: '{where}: expected the address of an OTLP/HTTP collector, such as http://collector:4318',
    },
  },
  percentage: {
    message: {
      zh: '{where}：应为百分数，例如 20%',
      en: '{where}: expected a percentage such as 20%',
    },
  },
  minimum: { message: { zh: '{where}：应为 0% 到 99%', en: '{where}: expected 0% to 99%' } },
  bytes: {
    message: {
      zh: '{where}：应为大小，例如 512MiB',
      en: '{where}: expected a size such as 512MiB',
    },
  },
  remote: {
    message: {
      zh: '{where}：应为 git remote 列出的名称，例如 origin',
      en: '{where}: expected a name that git remote shows, for example origin',
    },
  },
  remoteOfFolder: {
    message: {
      zh: '{where}：source.kind 是 folder，没有可以取回的标签',
      en: '{where}: source.kind is folder, which has no tag to fetch',
    },
  },
  size: {
    message: {
      zh: '{where}：应为大小，例如 512m 或 1g',
      en: '{where}: expected a size such as 512m or 1g',
    },
  },
  identifier: {
    message: {
      zh: '{where}：只能包含字母、数字和 . _ -',
      en: '{where}: may only contain letters, digits and . _ -',
    },
  },
  pattern: {
    message: {
      zh: '{where}：不是有效的正则表达式',
      en: '{where}: not a valid regular expression',
    },
  },
  nameValue: { message: { zh: '{where}：应为「名称=值」', en: '{where}: expected name=value' } },
  command: {
    message: {
      zh: '{where}：应为程序及其参数的列表，例如 [npm, test]',
      en: '{where}: expected a program and its arguments as a list, such as [npm, test]',
    },
  },
  program: {
    message: {
      zh: '{where}：至少要有程序名',
      en: '{where}: expected at least the program',
    },
  },
  commandLine: {
    message: {
      zh: '{where}：引号没有成对，或没有程序名',
      en: '{where}: unclosed quote, or no program',
    },
  },
  path: {
    message: {
      zh: '{where}：路径不能离开项目文件夹',
      en: '{where}: the path must stay inside the project folder',
    },
  },
  absolutePath: {
    message: { zh: '{where}：应为绝对路径', en: '{where}: expected an absolute path' },
  },
  urlPath: { message: { zh: '{where}：路径须以 / 开头', en: '{where}: a path must begin with /' } },
  files: {
    message: {
      zh: '{where}：应为文件名，或文件名的列表',
      en: '{where}: expected a file name or a list of file names',
    },
  },
  mode: {
    message: {
      zh: '{where}：应为八进制权限，例如 0640',
      en: '{where}: expected an octal mode such as 0640',
    },
  },
  owner: {
    message: {
      zh: '{where}：应为「用户」或「用户:组」',
      en: '{where}: expected "user" or "user:group"',
    },
  },
  secret: {
    message: {
      zh: '{where}：只能写 secret:// 引用，不能写密钥本身',
      en: '{where}: expected a secret:// reference, never the secret itself',
    },
  },
  httpUrl: {
    message: { zh: '{where}：应为 http(s):// 地址', en: '{where}: expected an http(s):// address' },
  },
  smtpUrl: {
    message: { zh: '{where}：应为 smtp:// 地址', en: '{where}: expected an smtp:// address' },
  },
  mailbox: {
    message: {
      zh: '{where}：应为邮件地址，例如 releases@example.com 或 Releases <releases@example.com>',
      en: '{where}: expected a mail address, for example releases@example.com or Releases <releases@example.com>',
    },
  },
  webhookUrl: {
    message: {
      zh: '{where}：应为 http(s):// 地址或 secret:// 引用',
      en: '{where}: expected an http(s):// address or a secret:// reference',
    },
  },
  databaseUrl: {
    message: {
      zh: '{where}：应为 postgres:// 地址，或 secret:// 引用（地址中有密码时）',
      en: '{where}: expected a postgres:// address, or a secret:// reference where it holds a password',
    },
  },
  slackTeam: {
    message: {
      zh: '{where}：应为 Slack 工作区 ID',
      en: '{where}: expected a Slack workspace id',
    },
  },
  slackMember: {
    message: {
      zh: '{where}：应为 Slack 成员 ID',
      en: '{where}: expected a Slack member id',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
