/** What is wrong with how runsheet.yaml lets a service be asked, and with what commands are given. */
import type { Sentence } from './entry.ts';

const BY_REFERENCE = {
  zh: '请写成 secret://env/NAME、secret://file/NAME 或 secret://command/NAME；前面可以有文字，例如 "Bearer secret://env/NAME"',
  en: 'write secret://env/NAME, secret://file/NAME or secret://command/NAME, after a text if need be, as in "Bearer secret://env/NAME"',
} as const;

export const REQUEST_VALUES = {
  variableName: {
    message: {
      zh: '{where}：应为环境变量的名称，例如 REQUESTS_CA_BUNDLE',
      en: '{where}: expected the name of a variable such as REQUESTS_CA_BUNDLE',
    },
  },
  variableRefused: {
    message: {
      zh: '{where}：命令不能得到 {name}：它会让每个程序执行别的代码，或由 Runsheet 自己设置',
      en: '{where}: commands are not given {name}, which makes every program run other code, or is set by Runsheet itself',
    },
    remedy: {
      zh: '如果某一个命令需要它，请写在该命令中，例如 run: [env, {name}=…, 程序]',
      en: 'where one command needs it, write it there, as in run: [env, {name}=…, program]',
    },
  },
  requestHost: {
    message: {
      zh: '{where}：应为服务的域名，例如 quotes.example.com；不含协议和路径，可以带端口',
      en: '{where}: expected the name that the service answers under, such as quotes.example.com: without scheme and path, a port may follow',
    },
  },
  requestName: {
    message: {
      zh: '{where}：可用的占位符只有 ${environment} 和 ${service}',
      en: '{where}: it may hold ${environment} and ${service} only',
    },
  },
  headerName: {
    message: {
      zh: '{where}：不是请求头的名称；只能包含字母、数字和 - _ 等符号，不能有空格、冒号或换行',
      en: '{where}: no header has such a name: letters, digits, - and _, without spaces, colons or line ends',
    },
  },
  headerValue: {
    message: {
      zh: '{where}：请求头的值应为一行 ASCII 文本，首尾没有空格，没有换行',
      en: '{where}: expected the value of a header: one line of ASCII text, no space at either end, no line ends',
    },
  },
  headerHost: {
    message: {
      zh: '{where}：Host 不写在请求头中',
      en: '{where}: Host is not set among the headers',
    },
    remedy: {
      zh: '请写在 health.host，证书也按它验证',
      en: 'set health.host, by which the certificate is verified too',
    },
  },
  headerOfConnection: {
    message: {
      zh: '{where}：这个请求头属于连接本身，由 Runsheet 设置',
      en: '{where}: this header belongs to the connection, which Runsheet looks after',
    },
  },
  headerTwice: {
    message: {
      zh: '{where}：这个请求头已经设置（名称不分大小写）',
      en: '{where}: this header is set twice (upper and lower case are the same)',
    },
  },
  headerSecret: {
    message: {
      zh: '{where}：secret:// 引用应在值的末尾，并且只有一个',
      en: '{where}: expected one secret:// reference, at the end of the value',
    },
    remedy: BY_REFERENCE,
  },
  headerInClear: {
    message: {
      zh: '{where}：只能写 secret:// 引用，不能写密钥本身',
      en: '{where}: expected a secret:// reference, never the secret itself',
    },
    remedy: BY_REFERENCE,
  },
  tlsWithoutHttps: {
    message: {
      zh: '{where}：health.scheme 是 http，没有要验证的证书',
      en: '{where}: health.scheme is http, so there is no certificate to verify',
    },
    remedy: {
      zh: '请删除它，或设置 health.scheme: https',
      en: 'leave it out, or set health.scheme: https',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
