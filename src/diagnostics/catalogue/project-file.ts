/** What is wrong with runsheet.yaml. */
import type { Entries, Sentence } from './entry.ts';
import { REQUEST_VALUES } from './project-requests.ts';
import { SECTION_VALUES } from './project-sections.ts';
import { PROJECT_VALUES } from './project-values.ts';

/** What no single value shows: keys that must agree with each other. */
const AGREEMENT = {
  portNotPublished: {
    message: {
      zh: 'container.ports：没有发布服务端口 {port}，健康检查和负载均衡器无法访问服务',
      en: 'container.ports: the port of the service, {port}, is not published, so health checks and the load balancer cannot reach it',
    },
    remedy: { zh: '例如写 "${port}:80"', en: 'write, for example, "${port}:80"' },
  },
  notBound: {
    message: {
      zh: 'telemetry.{key}：无法监听 {address}（{reason}）',
      en: 'telemetry.{key}: cannot listen on {address} ({reason})',
    },
    remedy: {
      zh: '请换一个端口；同一台机器上的每个 worker 需要自己的端口',
      en: 'choose another port: each worker of a machine needs one of its own',
    },
  },
  telemetryDiffers: {
    message: {
      zh: 'telemetry.{key}：一个 worker 进程只有一个值，而 {one} 和 {other} 写的不同',
      en: 'telemetry.{key}: one worker process has one of it, and {one} and {other} say different things',
    },
    remedy: {
      zh: '请写成一样，或为 worker 设置 {variable}',
      en: 'let them say the same, or set {variable} for the worker',
    },
  },
  balancerCannot: {
    message: {
      zh: 'balancer.{key}：kind 为 {kind} 的负载均衡做不到',
      en: 'balancer.{key}: a load balancer of kind {kind} cannot do that',
    },
    remedy: { zh: '请删去 {key}', en: 'remove {key}' },
  },
  balancersMissing: {
    message: {
      zh: 'balancer.kind 是 {kind}，但没有写 {kind}',
      en: 'balancer.kind is {kind}, but {kind} is missing',
    },
    remedy: { zh: '例如 {example}', en: 'add, for example, {example}' },
  },
  unlistedServer: {
    message: { zh: '没有服务器 {server}', en: 'there is no server {server}' },
    remedy: {
      zh: '请列在 balancers 或 environments 中；现有 {known}',
      en: 'list it under balancers or environments, which have {known}',
    },
  },
  relativeSocket: {
    message: {
      zh: '服务器上的套接字须写绝对路径',
      en: 'a socket on a server must be an absolute path',
    },
    remedy: {
      zh: '例如 /run/haproxy/admin.sock',
      en: 'write, for example, /run/haproxy/admin.sock',
    },
  },
  unknownEnvironment: {
    message: { zh: '没有环境 {environment}', en: 'there is no environment {environment}' },
    remedy: { zh: '请写其中之一：{known}', en: 'use one of: {known}' },
  },
  balancerUrlMissing: {
    message: {
      zh: '缺少 balancer.url：接收环境 {environment} 请求的地址',
      en: 'balancer.url is missing: the address that takes requests for the environment {environment}',
    },
    remedy: { zh: '例如 url: http://10.0.0.5', en: 'add, for example, url: http://10.0.0.5' },
  },
  environmentUnserved: {
    message: {
      zh: '没有哪个 {balancer} 服务于环境 {environment}',
      en: 'no {balancer} serves the environment {environment}',
    },
    remedy: {
      zh: '请在某个 {kind} 的 environments 中加上它',
      en: 'add it to the environments of one under {kind}',
    },
  },
  poolsDiffer: {
    message: {
      zh: '环境 {first} 与 {second} 的负载均衡池都叫 {pool}，却不是同一个',
      en: 'the pools of {first} and {second} are both called {pool}, but are not the same',
    },
    remedy: {
      zh: '请把 pool 写成 ${environment}，{balancer} 中的名称写在 {key}',
      en: 'write ${environment} as the pool, and its name in {balancer} as {key}',
    },
  },
  unlistedName: {
    message: { zh: '没有环境列出服务器 {server}', en: 'no environment lists the server {server}' },
    remedy: {
      zh: '请在 environments 中列出它，或删去这一行',
      en: 'list it under environments, or remove this line',
    },
  },
  sameName: {
    message: {
      zh: '{server} 与 {other} 在 {balancer} 中同名：{name}',
      en: '{server} and {other} have the same name in {balancer}: {name}',
    },
    remedy: { zh: '请给每台服务器各写一个名称', en: 'give each server a name of its own' },
  },
  routesMapMissing: {
    message: {
      zh: '缺少 balancer.routes_map：HAProxy 读取路由的映射文件',
      en: 'balancer.routes_map is missing: the map file that HAProxy reads routes from',
    },
    remedy: {
      zh: '例如 routes_map: /etc/haproxy/routes.map',
      en: 'add, for example, routes_map: /etc/haproxy/routes.map',
    },
  },
  addressMissing: {
    message: {
      zh: '没有 {key}：runsheet.yaml 没有给出地址，内置组件也没有运行',
      en: 'no {key}: runsheet.yaml gives no address and no embedded component is running',
    },
    remedy: {
      zh: '请在 runsheet.yaml 中给出，或启动 `runsheet dev`',
      en: 'set it in runsheet.yaml, or start `runsheet dev`',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const PROJECT_FILE = {
  NO_PROJECT_FILE: {
    meaning: {
      zh: '文件夹里没有 runsheet.yaml。',
      en: 'The folder has no runsheet.yaml.',
    },
    messages: {
      folder: {
        message: { zh: '{folder} 中没有 {file}', en: 'there is no {file} in {folder}' },
        remedy: {
          zh: '请切换到项目文件夹，或用 `runsheet dev` 试用示例服务',
          en: 'change to the folder of the project, or try the sample service with `runsheet dev`',
        },
      },
    },
  },
  BAD_PROJECT_FILE: {
    meaning: {
      zh: 'runsheet.yaml 的键或值不对，或彼此矛盾。',
      en: 'A key or a value of runsheet.yaml is wrong, or two of them contradict each other.',
    },
    messages: {
      unknownKey: {
        message: { zh: '{where}：没有这个键', en: '{where}: there is no such key' },
        remedy: { zh: '可用的键：{known}', en: 'use one of: {known}' },
      },
      criticalPattern: {
        message: {
          zh: 'tests.critical.name 不是正则表达式：{reason}',
          en: 'tests.critical.name is no regular expression: {reason}',
        },
        remedy: { zh: '请修改 runsheet.yaml', en: 'correct it in runsheet.yaml' },
      },
      ...PROJECT_VALUES,
      ...SECTION_VALUES,
      ...REQUEST_VALUES,
      ...AGREEMENT,
    },
  },
  DUPLICATE_PERSON: {
    meaning: {
      zh: 'people 中的两个人共用一个名字、邮箱或 Slack 账号：一票就说不清是谁的。',
      en: 'Two people of the project file share a name, an e-mail address or a Slack account, so that a vote could be either of theirs.',
    },
    messages: {
      name: {
        message: {
          zh: '{id} 和 {other} 都叫「{value}」',
          en: '{id} and {other} both answer to "{value}"',
        },
        remedy: {
          zh: '请让每个人的 id、name、email、slack 各不相同；是同一个人时请删去其中一个',
          en: 'give each an id, name, email and slack of their own; if it is one person, remove one of the two',
        },
      },
    },
  },
  BAD_HOST_NAME: {
    meaning: {
      zh: '主机名或服务器名含有不允许的字符。以 - 开头的名称会被别的程序当作选项。',
      en: 'The name of a host or a server has characters that are not allowed. One that starts with "-" would be an option to other programs.',
    },
    messages: {
      host: {
        message: {
          zh: '{where}：应为主机名或 IP 地址',
          en: '{where}: expected a host name or IP address',
        },
      },
      server: {
        message: {
          zh: '{where}：服务器名只能包含字母、数字和 . _ -',
          en: '{where}: a server name may only contain letters, digits and . _ -',
        },
      },
      jumpHost: {
        message: {
          zh: '{where}：应为跳板机，例如 deploy@bastion:22',
          en: '{where}: expected a jump host such as deploy@bastion:22',
        },
      },
      refused: {
        message: {
          zh: '服务器 {server} 的 {host} 不是主机名',
          en: '{host} of the server {server} is not a host name',
        },
        remedy: {
          zh: '只用字母、数字、「.」「-」「_」「:」，且不以「-」开头',
          en: 'use letters, digits, ".", "-", "_" and ":" only, and no "-" at the start',
        },
      },
    },
  },
} as const satisfies Entries;
